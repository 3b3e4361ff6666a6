import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import test from "node:test";
import { gather } from "../../static/workers/sources.js";

const cases = JSON.parse(
  await readFile(new URL("../fixtures/ignore_rules.json", import.meta.url), "utf8"),
);

/** A directory handle over files by path. */
function directory(name, files) {
  const children = new Map();
  for (const [path, text] of Object.entries(files)) {
    const [first, ...rest] = path.split("/");
    if (rest.length === 0) children.set(first, text);
    else children.set(first, { ...children.get(first), [rest.join("/")]: text });
  }
  return {
    kind: "directory",
    name,
    async *values() {
      for (const [child, content] of children) {
        yield typeof content === "string"
          ? { kind: "file", name: child, getFile: async () => new File([content], child) }
          : directory(child, content);
      }
    },
  };
}

const texts = ({ files, texts = {} }) => ({
  ...Object.fromEntries(files.map((name) => [name, name])),
  ...texts,
});
const nothing = () => {};

for (const one of cases) {
  test(one.name, async () => {
    const { ignore, gitignore, kept, ignored } = one;
    const folder = directory("top", texts(one));
    const found = await gather([folder], { ignore, gitignore }, nothing, nothing);
    const below = ({ path }) => path.slice("top/".length);
    assert.deepEqual(found.sources.map(below).sort(), kept);
    assert.deepEqual(found.ignored.map(below).sort(), ignored.toSorted());
    assert.ok(found.ignored.every(({ why }) => why));
  });
}

test("a remembered folder has its own rules", async () => {
  const folder = directory("top", { "a.tmp": "a", "b.txt": "b" });
  const given = [{ folder, name: "top (2)", ignore: ["b.*"] }, folder];
  const found = await gather(given, { ignore: ["*.tmp"] }, nothing, nothing);
  assert.deepEqual(
    found.sources.map(({ path }) => path),
    ["top (2)/a.tmp", "top/b.txt"],
  );
});

test("files that come alone, and those of a picked folder", async () => {
  const given = [
    { path: "top/drafts/a.txt", text: "a", inFolder: true },
    { path: "top/b.txt", text: "b", inFolder: true },
    { path: "drafts/c.txt", text: "c" },
    { path: ".hidden.txt", text: "d" },
    { path: "e.tmp", text: "e" },
  ];
  const rules = { ignore: ["/drafts/", "*.tmp"] };
  const found = await gather(given, rules, nothing, nothing);
  assert.deepEqual(
    found.sources.map(({ path }) => path),
    ["top/b.txt", ".hidden.txt"],
  );
  assert.deepEqual(found.ignored, [
    { path: "top/drafts", why: 'the pattern "/drafts/" leaves it out' },
    { path: "drafts", why: 'the pattern "/drafts/" leaves it out' },
    { path: "e.tmp", why: 'the pattern "*.tmp" leaves it out' },
  ]);
});
