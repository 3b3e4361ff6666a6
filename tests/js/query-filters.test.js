import assert from "node:assert/strict";
import { test } from "node:test";
import { filters, withFilter, without } from "../../static/ui/query-filters.js";

const texts = (query) => filters(query).map(({ text }) => text);
const rest = (query, text) =>
  without(query, { ...filters(query).find((one) => one.text === text) });

test("a field with a value is a filter, wherever it stands among words", () => {
  assert.deepEqual(filters("gold type:pdf mine"), [{ text: "type:pdf", start: 5, end: 13 }]);
  assert.deepEqual(texts("path:notes/*.md lang:de,fr EXT:.md"), [
    "path:notes/*.md",
    "lang:de,fr",
    "EXT:.md",
  ]);
  assert.deepEqual(texts("😀 type:pdf"), ["type:pdf"]);
});

test("signs belong to the filter, comparisons serve as colons", () => {
  assert.deepEqual(texts("-type:pdf !lang:de +ext:md"), ["-type:pdf", "!lang:de", "+ext:md"]);
  assert.deepEqual(texts("size>1M date<=2024-03 page:>100"), [
    "size>1M",
    "date<=2024-03",
    "page:>100",
  ]);
});

test("quotation marks keep a value with spaces together", () => {
  assert.deepEqual(texts('dir:"My Documents" author:"Ada Lovelace",turing'), [
    'dir:"My Documents"',
    'author:"Ada Lovelace",turing',
  ]);
  assert.deepEqual(texts("dir:„Meine Akten“ x"), ["dir:„Meine Akten“"]);
});

test("what looks like a filter but is none", () => {
  for (const query of [
    '"gold type:pdf"',
    "„gold type:pdf“",
    '"never closed type:pdf',
    "(gold type:pdf)",
    "(gold type:pdf",
    "type:",
    "type: pdf",
    "foo:bar 12:30 http://example.org/",
    "mytype:pdf e-type:pdf",
    "type\\:pdf",
    "title:gold heading:results -word",
    "title:type:pdf",
    "/type:pdf/",
    "before<2024",
  ])
    assert.deepEqual(filters(query), [], query);
});

test("what is joined to something else is left alone", () => {
  assert.deepEqual(texts("type:pdf OR type:markdown"), []);
  assert.deepEqual(texts("gold AND type:pdf"), []);
  assert.deepEqual(texts("NOT type:pdf && -lang:de"), []);
  assert.deepEqual(texts("type:(pdf OR markdown) lang:de"), ["lang:de"]);
  assert.deepEqual(texts("gold OR silver type:pdf NOT coal"), ["type:pdf"]);
});

test("without a filter the rest stands as it did", () => {
  assert.equal(rest("gold type:pdf mine", "type:pdf"), "gold mine");
  assert.equal(rest("type:pdf  gold", "type:pdf"), "gold");
  assert.equal(rest("gold   lang:de", "lang:de"), "gold ", "gold is no beginning of a word");
  assert.equal(rest("type:pdf", "type:pdf"), "");
  assert.equal(rest("lang:de type:pdf lang:de", "type:pdf"), "lang:de lang:de");
});

test("a filter comes behind those at the beginning, before what is being typed", () => {
  for (const [query, expected] of [
    ["gol", "type:pdf gol"],
    ["", "type:pdf"],
    ["  gold ", "type:pdf gold "],
    ["lang:de", "lang:de type:pdf"],
    ["lang:de -dir:/a gold ext:md", "lang:de -dir:/a type:pdf gold ext:md"],
    ['"gold mi', 'type:pdf "gold mi'],
    ["(gold OR", "type:pdf (gold OR"],
    ["lang:de AND gold", "type:pdf lang:de AND gold"],
    ["AND gold", "type:pdf \\AND gold"],
    ["lang:de && gold", "type:pdf lang:de && gold"],
    ["ANDES gold", "type:pdf ANDES gold"],
  ]) {
    assert.equal(withFilter(query, "type:pdf"), expected);
    assert.equal(texts(expected).includes("type:pdf"), true);
    assert.equal(rest(expected, "type:pdf").replace("\\", "").trim(), query.trim());
  }
});

test("a query of signs and quotation marks takes no time", () => {
  const odd = ['"', "(", "type:", "-", "/a", "“", "\\", "AND "].map((sign) => sign.repeat(2000));
  const start = performance.now();
  for (const query of odd) filters(query);
  assert.ok(performance.now() - start < 1000);
});
