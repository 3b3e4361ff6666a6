import assert from "node:assert/strict";
import { test } from "node:test";
import { aligned, lettersOf, marksOnPage } from "../../static/ui/page-marks.js";
import { pageAt, pageSpan } from "../../static/ui/passage.js";

/** The drawn runs, each ending its line. */
const lines = (...texts) => texts.map((text) => ({ text, endsLine: true }));

/** Drawn runs as text: matches of the passage in [ ], elsewhere in ( ), the passage in < >. */
function shown({ runs }) {
  const piece = ({ text, mark, passage }) => {
    if (mark) return passage ? `[${text}]` : `(${text})`;
    return passage ? `<${text}>` : text;
  };
  return runs.map((one) => one.map(piece).join(""));
}

/** What is wanted of a text: the passage and the nth place of each word as a match. */
function sought(text, passage, ...matches) {
  const start = text.indexOf(passage);
  const highlights = matches.map(([word, nth = 0]) => {
    let at = text.indexOf(word, start);
    for (let i = 0; i < nth; i += 1) at = text.indexOf(word, at + 1);
    return [at, at + word.length];
  });
  return {
    page: { start: 0, end: text.length },
    passage: { start, end: start + passage.length },
    highlights,
    words: matches.map(([word]) => word),
  };
}

test("letters know where they stand, ligatures and accents too", () => {
  const { letters, at } = lettersOf("A ﬁne 𝔸 é-1");
  assert.equal(letters, "afineae1");
  assert.deepEqual(at, [0, 2, 2, 3, 4, 6, 9, 11]);
});

test("a stretch that is drawn elsewhere is found there", () => {
  const [left, right] = ["thefirstcolumnofthepage", "andthesecondone"];
  const places = aligned(left + right, `${right}##${left}`);
  assert.equal(places[0], right.length + 2);
  assert.equal(places[left.length], 0);
  assert.ok(places.every((place) => place >= 0));
});

test("texts that share nothing have no places, and short or empty ones are no trouble", () => {
  assert.ok(aligned("abcdefghij", "0123456789").every((place) => place === -1));
  assert.equal(aligned("", "abc").length, 0);
  assert.deepEqual([...aligned("abc", "abc")], [-1, -1, -1]);
});

test("a page of one letter takes no time worth a word", () => {
  const began = performance.now();
  aligned("a".repeat(100_000), "a".repeat(100_000));
  assert.ok(performance.now() - began < 2000);
});

test("columns are in another order, a word is hyphenated, a title runs along", () => {
  const text =
    "Gold is found in rivers and in the prospectors' pans.\n\nSilver is not gold at all.";
  const drawn = lines(
    "Journal of gold",
    "Silver is not",
    "gold at all.",
    "Gold is found in riv-",
    "ers and in the pros-",
    "pectors’ pans.",
  );
  const wanted = sought(
    text,
    "Gold is found in rivers and in the prospectors' pans.",
    ["Gold"],
    ["prospectors"],
  );
  const marked = marksOnPage(text, drawn, wanted);
  assert.equal(marked.missing, 0);
  assert.deepEqual(shown(marked), [
    "Journal of (gold)",
    "Silver is not",
    "(gold) at all.",
    "[Gold]< is found in riv->",
    "<ers and in the >[pros-]",
    "[pectors]<’ pans>.",
  ]);
});

test("of a word that stands often the one in its place is the match", () => {
  const text = "gold one gold two gold three gold four";
  const drawn = lines("gold one", "gold two", "gold three", "gold four");
  const marked = marksOnPage(text, drawn, sought(text, "gold three", ["gold"]));
  assert.deepEqual(shown(marked), ["(gold) one", "(gold) two", "[gold]< three>", "(gold) four"]);
});

test("a word drawn letter by letter is marked, with the runs of space between", () => {
  const drawn = [..."pan for gold"].map((text) => ({ text, endsLine: false }));
  const text = "pan for gold";
  const marked = marksOnPage(text, drawn, sought(text, text, ["gold"]));
  assert.equal(shown(marked).join(""), "<p><a><n>< ><f><o><r>< >[g][o][l][d]");
});

test("a match whose surroundings differ is still found by itself; else it is counted", () => {
  const text = "ore tin 12";
  const found = marksOnPage(text, lines("12", "tin?", "xyz"), sought(text, text, ["tin"]));
  assert.deepEqual([shown(found)[1], found.missing], ["[tin]?", 0]);
  const none = marksOnPage(text, lines("a picture"), sought(text, text, ["tin"], ["ore"]));
  assert.deepEqual([shown(none), none.missing], [["a picture"], 2]);
});

test("matches of other pages are not missed on this one", () => {
  const text = "the first page has gold\fthe second page has silver and gold";
  const wanted = { ...sought(text, "gold", ["gold"]), page: pageSpan(text, 2) };
  const marked = marksOnPage(text, lines("the second page has silver and gold"), wanted);
  assert.deepEqual([shown(marked), marked.missing], [["the second page has silver and (gold)"], 0]);
});

test("pages are counted by form feeds", () => {
  const text = "one\f\fthree";
  assert.deepEqual([pageAt(text, 2), pageAt(text, 5), pageAt(text, 4)], [1, 3, 2]);
  assert.deepEqual(pageSpan(text, 2), { start: 4, end: 4 });
  assert.deepEqual(pageSpan(text, 3), { start: 5, end: 10 });
  assert.deepEqual(pageSpan(text, 9), { start: 10, end: 10 });
});
