import assert from "node:assert/strict";
import { test } from "node:test";
import { digits, found } from "../../static/ui/shares.js";

const term = { text: "Mine", kind: "word", forms: ["mine"], counts: { body: 2 } };

test("where a word was found is told field by field, the text last", () => {
  assert.equal(found(term), "text 2");
  assert.equal(found({ ...term, counts: { body: 3, title: 1 } }), "title 1, text 3");
});

test("other forms are named, the word itself is not", () => {
  assert.equal(found({ ...term, forms: ["mine", "mines"] }), "text 2: mine, mines");
  assert.equal(found({ ...term, forms: ["mining"] }), "text 2: mining");
});

test("a phrase is told as one", () => {
  assert.match(found({ ...term, kind: "phrase", forms: ["old", "mine"] }), /in a row/);
});

test("scores have the digits that mean something", () => {
  assert.deepEqual([12.4123, 0.61274, 0.03252, 0, -0.5].map(digits), [
    ...["12.41", "0.6127", "0.0325", "0.00", "−0.5000"],
  ]);
  assert.equal(digits(Number.NaN), "–");
});
