import assert from "node:assert/strict";
import { test } from "node:test";
import { pieces } from "../../static/ui/pieces.js";
import { plain } from "../../static/ui/plain.js";

/** The text with its marks, after marking every place where one of the words stands. */
function read(text, words = [], look = { markdown: true }) {
  const ranges = words
    .flatMap((word) => [...text.matchAll(new RegExp(word, "giu"))])
    .map((match) => [match.index, match.index + match[0].length])
    .sort(([a], [b]) => a - b);
  const out = plain(text, ranges, look);
  return pieces(out.text, out.ranges)
    .map(({ text: part, mark }) => (mark ? `[${part}]` : part))
    .join("");
}

test("headings, lists, quotes and rules lose their signs", () => {
  assert.equal(read("# Budget\n\n- rent\n* [x] food\n1. gas"), "Budget · • rent • food 1. gas");
  assert.equal(read("> Adding\n> data.\n>\n> The heap"), "Adding data. The heap");
  assert.equal(read("One.\n\n---\n\nTwo.\n***\nThree"), "One. Two. Three");
  assert.equal(read("What now?\n=========\n\nGo."), "What now? Go.");
});

test("a table reads as its cells", () => {
  const table = "| Month | Rent |\n|-------|-----:|\n| May | 900 |\n";
  assert.equal(read(table, ["rent"]), "Month · [Rent] · May · 900");
});

test("links, pictures, code, emphasis and escapes leave their words", () => {
  assert.equal(
    read('See [the book](https://x.org/a_(b) "t") and ![a map](m.png), [here][ref].', ["book"]),
    "See the [book] and a map, here.",
  );
  assert.equal(
    read("An _owner_, a **bold** *step* and `Rc<T>`.", ["rc", "bold"]),
    "An owner, a [bold] step and [Rc]<T>.",
  );
  assert.equal(
    read("call _pushing\nonto the stack_, 2 \\* 3"),
    "call pushing onto the stack, 2 * 3",
  );
  assert.equal(read("```rust\nlet a = 1;\n```\nDone."), "let a = 1; Done.");
  assert.equal(read("Go.\n\n[ref]: https://x.org\n<!-- a\nnote -->\nOn."), "Go. On.");
});

test("what only looks like a sign stays", () => {
  const text = "snake_case_name, 2 * 3 * 4, a < b > c, Vec<String>, `__init__`, x[0](1) | y";
  assert.equal(read("2 * 3 * 4 and snake_case_name"), "2 * 3 * 4 and snake_case_name");
  assert.equal(read("`__init__` and Vec<String>"), "__init__ and Vec<String>");
  assert.equal(read(text, [], {}), text);
});

test("matches stay marked where signs stand between them", () => {
  assert.equal(
    read("# Understanding Ownership\n\nOwnership is unique", ["ownership"]),
    "Understanding [Ownership] · [Ownership] is unique",
  );
  assert.equal(read("a **gold**en pan", ["gold"]), "a **[gold]**en pan");
});

test("a heading that stands above already is left out, unless it holds the only match", () => {
  const text = "## Rules\n\nLook at the pan.";
  const look = { markdown: true, known: ["rules"] };
  assert.equal(read(text, [], look), "Look at the pan.");
  assert.equal(read(text, ["pan"], look), "Look at the [pan].");
  assert.equal(read(text, ["rules"], look), "[Rules] · Look at the pan.");
  assert.equal(read("## Rules\n", [], look), "Rules");
  assert.equal(read("Title\n\nBody (x)\n\nnext", [], { known: ["Title"] }), "Body (x) · next");
});

test("any text is read, and the ranges stay inside it", () => {
  for (const text of ["", " ", "*", "**__``", "|||", "<!--", "> > >", "[](", "\\", "😀 *😀*"]) {
    for (const markdown of [true, false]) {
      const out = plain(text, [[0, text.length]], { markdown });
      for (const [start, end] of out.ranges) assert.ok(start < end && end <= out.text.length);
    }
  }
});
