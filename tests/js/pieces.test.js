import assert from "node:assert/strict";
import { test } from "node:test";
import { clip, codeExcerpt, densest, excerpt, pieces } from "../../static/ui/pieces.js";

const join = (parts) => parts.map(({ text, mark }) => (mark ? `[${text}]` : text)).join("");

test("marked and unmarked pieces cover the text in order", () => {
  assert.equal(
    join(
      pieces("gold in the pan", [
        [0, 4],
        [12, 15],
      ]),
    ),
    "[gold] in the [pan]",
  );
  assert.equal(join(pieces("gold", [])), "gold");
  assert.deepEqual(pieces("", []), []);
});

test("overlapping and overlong ranges lose no text and double none", () => {
  assert.equal(
    join(
      pieces("nugget", [
        [0, 4],
        [2, 5],
        [5, 99],
      ]),
    ),
    "[nugg][e][t]",
  );
});

test("a short text is shown whole, without an ellipsis", () => {
  assert.equal(join(excerpt("  two\n lines ", [[2, 5]], 300)), "[two] lines");
});

test("a long text is cut at words around the most distinct matches", () => {
  const text = `${"sand ".repeat(100)}gold pan ${"sand ".repeat(100)}gold`;
  const gold = text.indexOf("gold");
  const out = join(
    excerpt(
      text,
      [
        [gold, gold + 4],
        [gold + 5, gold + 8],
      ],
      60,
    ),
  );
  assert.match(out, /^… .*\[gold\] \[pan\].* …$/u);
  assert.doesNotMatch(out, /… and /u);
});

test("a cut never parts a surrogate pair", () => {
  const text = "💛".repeat(400);
  for (const size of [51, 52, 53]) {
    const [from, to] = densest(text, [[200, 202]], size);
    assert.equal(text.slice(from, to).isWellFormed(), true);
  }
});

test("code keeps its lines and loses the indent that all of them have", () => {
  const text = "def f():\n        gold = 1\n\n        return gold\n";
  const from = text.indexOf("gold");
  assert.equal(join(codeExcerpt(text.slice(9), [[from - 9, from - 5]])), "[gold] = 1\nreturn gold");
});

test("clip counts from the start of the window", () => {
  assert.deepEqual(
    clip(
      [
        [0, 4],
        [8, 12],
        [20, 24],
      ],
      2,
      10,
    ),
    [
      [0, 2],
      [6, 8],
    ],
  );
});

test("headings and paragraphs stand apart on the one line of an excerpt", () => {
  const text = "# Bicycle\n\n## Chain\nOil it. Now and\n\nthen";
  assert.equal(join(excerpt(text, [])), "Bicycle · Chain · Oil it. Now and · then");
  assert.equal(join(excerpt("Ends. \n\nBegins # here", [])), "Ends. Begins # here");
});

test("an excerpt begins with the sentence of its first match where that is near", () => {
  const filler = "Nothing to see in here at all, really. ".repeat(20);
  const text = `${filler}The gold lies in the river. ${filler}`;
  const at = text.indexOf("gold");
  const [start] = densest(text, [[at, at + 4]], 100);
  assert.equal(text.slice(start, start + 8), "The gold");
  const endless = `${"word ".repeat(100)}gold ${"word ".repeat(100)}`;
  const [from, to] = densest(endless, [[500, 504]], 100);
  assert.ok(from < 500 && to > 504 && to - from <= 100 && endless[from - 1] === " ");
});
