import assert from "node:assert/strict";
import { test } from "node:test";
import { around, linesOf, MARGIN, occurrences, pagesOf, union } from "../../static/ui/passage.js";

const shown = (runs) =>
  runs
    .map(({ text, mark, passage }) => (mark ? `[${text}]` : passage ? `<${text}>` : text))
    .join("");

test("pages are numbered from the start of the document, and the passage may span two", () => {
  const text = "one\ftwo gold\fthree\ffour";
  const passage = { start: 4, end: 18 };
  const pages = pagesOf(text, { start: 4, end: text.length }, passage, [[8, 12]]);
  assert.deepEqual(
    pages.map(({ number, parts }) => [number, shown(parts[0].runs)]),
    [
      [2, "<two >[gold]"],
      [3, "<three>"],
      [4, "four"],
    ],
  );
});

test("a document without pages is one page without a number", () => {
  const [page] = pagesOf("gold", { start: 0, end: 4 }, { start: 0, end: 0 }, []);
  assert.equal(page.number, null);
  assert.equal(shown(page.parts[0].runs), "gold");
});

test("lines are numbered from the start of the document", () => {
  const text = "a\nb\ngold\nd\n";
  const lines = linesOf(text, { start: 2, end: text.length }, { start: 4, end: 8 }, [[4, 8]]);
  assert.deepEqual(
    lines.map(({ number, passage }) => [number, passage]),
    [
      [2, false],
      [3, true],
      [4, false],
      [5, false],
    ],
  );
  assert.equal(shown(lines[1].runs), "[gold]");
});

test("the stretch around a passage ends at whole lines and stays inside the text", () => {
  const text = "first line\nsecond line\nthird line\n";
  assert.deepEqual(around(text, { start: 11, end: 22 }, 3, 3), { start: 0, end: 33 });
  assert.deepEqual(around(text, { start: 23, end: 33 }, 1, 99), { start: 11, end: text.length });
});

test("a document of one endless line is not shown whole", () => {
  const text = "x".repeat(10 * MARGIN);
  const middle = { start: 5 * MARGIN, end: 5 * MARGIN + 10 };
  const { start, end } = around(text, middle, MARGIN, MARGIN);
  assert.equal(end - start, 2 * MARGIN + 10);
});

test("the same words are found elsewhere as whole words, whatever their case", () => {
  const text = "Gold, golden, GOLD+pan c++";
  const span = { start: 0, end: text.length };
  assert.deepEqual(occurrences(text, span, ["gold"]), [
    [0, 4],
    [14, 18],
  ]);
  assert.deepEqual(occurrences(text, span, ["c++"]), [[23, 26]]);
  assert.deepEqual(occurrences(text, span, []), []);
});

test("two lists of ranges become one without overlap", () => {
  assert.deepEqual(
    union(
      [
        [0, 4],
        [10, 12],
      ],
      [
        [2, 6],
        [12, 13],
      ],
    ),
    [
      [0, 6],
      [10, 13],
    ],
  );
});

test("lines with tabs are rows where the format has tables", () => {
  const text = "Sales\n\nname\tgold\ntin\t3\nThe end";
  const whole = { start: 0, end: text.length };
  const [page] = pagesOf(text, whole, { start: 7, end: 16 }, [[12, 16]], true);
  const parts = page.parts.map((part) =>
    "rows" in part ? part.rows.map((row) => row.map(shown)) : shown(part.runs),
  );
  assert.deepEqual(parts[1], [
    ["<name>", "[gold]"],
    ["tin", "3"],
  ]);
  assert.equal(parts[0].trim(), "Sales");
  assert.equal(parts[2], "The end");
  assert.equal(pagesOf(text, whole, { start: 7, end: 16 }, [])[0].parts.length, 1);
});
