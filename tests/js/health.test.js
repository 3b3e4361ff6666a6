import assert from "node:assert/strict";
import { test } from "node:test";
import {
  comesBack,
  damageTitle,
  lookedAt,
  named,
  readAgain,
  remembered,
} from "../../static/ui/health.js";

const checked = {
  generation: 7,
  files: 9,
  bytes: 12_400_000,
  segments: 2,
  documents: 56,
  chunks: 1234,
  postings: 99_000,
  vectors: 1234,
  wordsOnly: 0,
  seconds: 3.21,
  damage: [],
  again: [],
};

test("what was looked at, and what is kept of it", () => {
  const last = remembered(checked, Date.UTC(2026, 0, 2));
  assert.match(
    lookedAt(last),
    /^56 documents and 1,234 passages with their words, vectors and texts: 12.4 MB read in 3.2 s, .*2026/,
  );
  assert.deepEqual(readAgain(JSON.stringify(last)), last);
  for (const odd of [null, "", "{", "{}", "[]", '{"at":"soon"}'])
    assert.equal(readAgain(odd), null);
});

test("the worst of it is the title", () => {
  const one = (kind, documents, message = "") => ({ kind, documents, message });
  const segment = one("segment", 2, "2 documents cannot be searched: …");
  assert.equal(damageTitle([one("texts", 1), segment]), "2 documents cannot be searched");
  const soon = one("segment", 1, "One document may not be found after the next start: …");
  assert.equal(damageTitle([soon]), "1 document may be lost at the next start");
  assert.equal(damageTitle([soon, segment]), "3 documents cannot be searched");
  assert.equal(damageTitle([one("texts", 1)]), "The text of 1 document cannot be shown");
  assert.equal(damageTitle([one("vectors")]), "Some passages are found by words only");
  const copy = one("manifest", undefined, "One of the two lists of what is in the index …");
  assert.equal(damageTitle([copy]), "Something is damaged that is made anew");
  assert.equal(damageTitle([one("manifest")]), "What was added last may be missing");
  assert.equal(damageTitle([one("ledger")]), "Something is damaged that is made anew");
});

test("files of kept folders come back by themselves", () => {
  const paths = ["Notes/a.md", "Notes and more/b.md", "c.txt", "Notes/in/d.md"];
  assert.deepEqual(comesBack(paths, [{ name: "Notes" }]), {
    kept: 2,
    others: ["Notes and more/b.md", "c.txt"],
  });
  assert.equal(named(["a", "b", "c"], 2), "a, b and 1 other");
  assert.equal(named(["a", "b"], 2), "a, b");
});
