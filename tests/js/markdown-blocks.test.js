import assert from "node:assert/strict";
import { test } from "node:test";
import { markdownBlocks } from "../../static/ui/markdown-blocks.js";
import { runsOf } from "../../static/ui/passage.js";

const NONE = { start: 0, end: 0 };

/** Blocks as short texts, matches in [ ]. */
function blocks(text, { from = 0, words = [] } = {}) {
  const marks = words.map((word) => [text.indexOf(word), text.indexOf(word) + word.length]);
  const span = { start: from, end: text.length };
  const shown = (runs) => runs.map((one) => (one.mark ? `[${one.text}]` : one.text)).join("");
  return markdownBlocks(text, span, marks, (part) => runsOf(text, part, NONE, marks)).map((one) => {
    if (one.kind === "table") return one.rows.map((row) => row.map(shown).join(" | ")).join("; ");
    const sign = one.sign ? `${one.sign} ` : "";
    return `${one.kind}${one.level || ""}: ${sign}${shown(one.runs)}`;
  });
}

test("headings, paragraphs and items in their order", () => {
  const text =
    "# Ore #\n\nOne line\nand the next.\n\n- first\n  more\n  - second\n3) third\n- [x] done\n\nEnd";
  assert.deepEqual(blocks(text), [
    "heading1: Ore",
    "text: One line\nand the next.",
    "item: • first\n  more",
    "item1: • second",
    "item: 3. third",
    "item: ☑ done",
    "text: End",
  ]);
});

test("underlined headings, quotes and rules", () => {
  assert.deepEqual(blocks("Ore\n===\n\nTin\n---\ntext\n\n---\n> said\n> > twice"), [
    "heading1: Ore",
    "heading2: Tin",
    "text: text",
    "rule: ",
    "quote: said",
    "quote1: twice",
  ]);
});

test("code keeps its form, and a stretch may begin within it", () => {
  const text = "```js\n# no heading\n- **no** item\n```\nafter";
  assert.deepEqual(blocks(text), ["code: # no heading\n- **no** item\n", "text: after"]);
  assert.deepEqual(blocks(text, { from: 6 }), blocks(text));
  assert.deepEqual(blocks("~~~\nnever closed"), ["code: never closed"]);
});

test("signs within a line are taken out, but not what is marked", () => {
  assert.deepEqual(
    blocks("A **bold** and *soft* `code` [link](https://a.example/gold) 2 * 3 * 4 snake_case \\*"),
    ["text: A bold and soft code link 2 * 3 * 4 snake_case *"],
  );
  assert.deepEqual(blocks("see [link](https://a.example/gold)", { words: ["gold"] }), [
    "text: see link](https://a.example/[gold])",
  ]);
  assert.deepEqual(blocks("a **gold** pan", { words: ["gold"] }), ["text: a [gold] pan"]);
});

test("tables have cells, with or without their outer lines", () => {
  assert.deepEqual(
    blocks("| Ore | Sign |\n|:--|--:|\n| gold | `Au` |\n\nEnd", { words: ["gold"] }),
    ["Ore | Sign; [gold] | Au", "text: End"],
  );
  assert.deepEqual(blocks("Ore | Sign\n---|---\na \\| b | c"), ["Ore | Sign; a | b | c"]);
});

test("what stands before the text is shown as it is", () => {
  assert.deepEqual(blocks("---\ntitle: Ore\n---\n# Ore"), ["code: title: Ore", "heading1: Ore"]);
  assert.deepEqual(blocks("---\nno end"), ["rule: ", "text: no end"]);
});

test("an empty text has no blocks, and long lines of signs take no time", () => {
  assert.deepEqual(blocks(""), []);
  const began = performance.now();
  for (const sign of ["*", "_", "`", "[", "](", "|", ">", "- ", "**a", "\\"])
    blocks(sign.repeat(20_000));
  assert.ok(performance.now() - began < 3000, `${performance.now() - began} ms`);
});
