import assert from "node:assert/strict";
import { test } from "node:test";
import { fileRows, reasonsFor, statesOf, typesOf, wantedRows } from "../../static/ui/file-rows.js";

const doc = (path, more = {}) => ({ id: path, path, title: "", chunks: 1, model: "m", ...more });
const unread = (path, code, more = {}) => ({
  path,
  code,
  message: `${path}: ${code}`,
  hint: "",
  ...more,
});
const ROWS = fileRows(
  [doc("b.md"), doc("a.pdf", { model: undefined }), doc("x.zip/c.md", { title: "On gold" })],
  [
    unread("x.zip", "", { members: 1 }),
    unread("d.pdf", "encrypted"),
    unread("e.pdf", "no-text"),
    unread("papers/drafts", "ignored"),
  ],
  { again: ["b.md"], meaning: true },
);
const WANTED = { text: "", state: "", type: "" };
const paths = (change) => wantedRows(ROWS, { ...WANTED, ...change }).map(({ path }) => path);

test("every file has its state, in order of path", () => {
  assert.deepEqual(
    ROWS.map(({ path, state, type }) => [path, state, type]),
    [
      ["a.pdf", "words", "PDF"],
      ["b.md", "again", "MD"],
      ["d.pdf", "encrypted", "PDF"],
      ["e.pdf", "no-text", "PDF"],
      ["papers/drafts", "ignored", "TXT"],
      ["x.zip", "opened", "ZIP"],
      ["x.zip/c.md", "ready", "MD"],
    ],
  );
  assert.equal(fileRows([doc("a.pdf", { model: undefined })], [])[0].state, "ready");
});

test("states and types are counted, refusals together before their reasons", () => {
  assert.deepEqual(
    statesOf(ROWS).map(({ state, name, count }) => `${state}: ${name} ${count}`),
    [
      "ready: Can be searched 1",
      "words: By words only so far 1",
      "again: To be read again 1",
      "opened: Archives 1",
      "ignored: Left out by a rule 1",
      "not-read: Not read 2",
      "no-text: Not read: no text inside 1",
      "encrypted: Not read: protected by a password 1",
    ],
  );
  assert.deepEqual(
    typesOf(ROWS).map(({ type, count }) => `${type} ${count}`),
    ["PDF 3", "MD 2", "TXT 1", "ZIP 1"],
  );
});

test("files are narrowed down by words of path and title, state and type", () => {
  assert.deepEqual(paths({ text: "GOLD x.zip" }), ["x.zip/c.md"]);
  assert.deepEqual(paths({ state: "not-read" }), ["d.pdf", "e.pdf"]);
  assert.deepEqual(paths({ state: "encrypted" }), ["d.pdf"]);
  assert.deepEqual(paths({ type: "PDF", state: "words" }), ["a.pdf"]);
  assert.deepEqual(paths({ text: "gold", type: "PDF" }), []);
});

test("a folder that is left out answers for what is in it", () => {
  assert.equal(reasonsFor(ROWS, "drafts/two.md")[0].message, "papers/drafts: ignored");
  const [{ message, hint }] = reasonsFor(ROWS, "thesis.docx");
  assert.equal(message, "No file of this name has been added.");
  assert.match(hint, /a rule leaves out: drafts\.$/u);
  assert.match(reasonsFor([], "thesis.docx")[0].hint, /lies in\.$/u);
});
