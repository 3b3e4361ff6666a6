import assert from "node:assert/strict";
import { test } from "node:test";
import { percent, recallSentence } from "../../static/ui/recall.js";

const audit = {
  model: "a/1",
  vectors: 12_345,
  recall: 0.994,
  before: 0.994,
  low: 0.98912,
  high: 0.998,
  queries: 200,
  k: 10,
  candidates: 400,
  reference: "int8",
};

test("the share with its interval, and what it was measured on", () => {
  assert.equal(
    recallSentence(audit),
    "Meaning search finds 99.4\u00a0% of the nearest ten (98.9–99.8\u00a0%), measured on 200 of your passages",
  );
});

test("what is not all is never 100 %", () => {
  assert.deepEqual([1, 0.99996, 0.5, 0].map(percent), [
    "100\u00a0%",
    "99.9\u00a0%",
    "50.0\u00a0%",
    "0.0\u00a0%",
  ]);
});

test("a search that scores everything misses nothing", () => {
  const { candidates, ...whole } = audit;
  assert.ok(candidates);
  assert.match(recallSentence(whole), /all 12,345 passages every time/);
  assert.match(recallSentence({ ...whole, vectors: 1 }), /the one passage/);
});

test("what was mended is said", () => {
  assert.match(recallSentence({ ...audit, before: 0.9 }), /Before it was 90\.0\s%/);
});

test("nothing to measure is no share", () => {
  const empty = { ...audit, queries: 0, recall: 1, low: 0, high: 1 };
  assert.doesNotMatch(recallSentence(empty), /\d/);
});
