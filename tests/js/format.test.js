import assert from "node:assert/strict";
import { test } from "node:test";
import { badge, headingPath, isCode, isMarkdown, place } from "../../static/ui/address.js";
import {
  bytes,
  count,
  duration,
  fileName,
  folder,
  milliseconds,
  reason,
  shortPath,
} from "../../static/ui/format.js";
import { isSkipped, noteSource, titleOf } from "../../static/ui/sources.js";

test("counts agree with their noun", () => {
  assert.equal(count(1, "file"), "1 file");
  assert.equal(count(1204, "file"), "1,204 files");
  assert.equal(count(0, "entry", "entries"), "0 entries");
});

test("sizes and times have the digits that matter", () => {
  assert.equal(bytes(0), "0 bytes");
  assert.equal(bytes(22_800_000), "22.8 MB");
  assert.equal(bytes(999_999), "1 MB");
  assert.equal(duration(0.2), "1 s");
  assert.equal(duration(125), "2 min 5 s");
  assert.equal(duration(3600), "1 h");
  assert.equal(milliseconds(0.42), "0.4 ms");
  assert.equal(milliseconds(1340), "1.3 s");
});

test("an address reads as a place", () => {
  assert.deepEqual(place({ page: 3, endPage: 4, heading: ["Tools", "Pans"] }), [
    "pages 3–4",
    "Tools › Pans",
  ]);
  assert.deepEqual(place({ line: 12, endLine: 12 }), ["line 12"]);
  assert.deepEqual(place({}), []);
  assert.equal(headingPath({ heading: [] }), "");
  assert.deepEqual(place({ heading: ["Gold", "Pans"] }, "Gold"), ["Pans"]);
});

test("a message does not repeat the path above it", () => {
  assert.equal(reason("a/b.pdf", "a/b.pdf has no text."), "Has no text.");
  assert.equal(reason("b.pdf", "b.pdf: The file is locked."), "The file is locked.");
  assert.equal(reason("b.pdf", "It is gone."), "It is gone.");
});

test("paths give a name, a folder, a badge", () => {
  assert.equal(fileName("a/b/c.md"), "c.md");
  assert.equal(folder("c.md"), "");
  assert.equal(badge("a/b.tar.gz"), "GZ");
  assert.equal(badge(".gitignore"), "TXT");
  assert.equal(badge("README"), "TXT");
  assert.equal(isCode("src/Makefile"), true);
  assert.equal(isCode("notes.md"), false);
  assert.deepEqual(["a/Notes.MD", "a.txt", "md"].map(isMarkdown), [true, false, false]);
});

test("a note is named by its first line, made safe for a path", () => {
  assert.equal(titleOf("\n---\n## Gold / silver: prices\nmore"), "Gold / silver: prices");
  assert.equal(noteSource("Gold / silver: prices", "x").path, "notes/Gold silver prices.md");
  assert.equal(noteSource("../secret", "x").path, "notes/.. secret.md");
  assert.equal(noteSource("", "x").path, "notes/untitled.md");
});

test("a walk leaves out hidden files and machinery", () => {
  assert.equal(isSkipped(".git"), true);
  assert.equal(isSkipped("node_modules"), true);
  assert.equal(isSkipped("notes"), false);
});

test("a long path loses its middle, a short one nothing", () => {
  const path = "book/listings/ch04/listing-04-03/src/main.rs";
  assert.equal(shortPath(path, 36), "book/…/listing-04-03/src/main.rs");
  assert.equal(shortPath(path), path);
  assert.equal(shortPath("a/b.md", 3), "a/b.md");
});
