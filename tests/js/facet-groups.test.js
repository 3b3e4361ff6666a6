import assert from "node:assert/strict";
import { test } from "node:test";
import { groups } from "../../static/ui/facet-groups.js";

const value = (value, count, filter) => ({ value, count, filter });
const FACETS = {
  type: [value("markdown", 3, "type:markdown"), value("pdf", 1, "type:pdf")],
  folder: [value("trade/a", 2, "dir:/trade/a"), value("trade/My b", 1, 'dir:"/trade/My b"')],
  year: [value("2024", 4, "date:2024")],
  language: [value("de", 2, "lang:de"), value("xx", 1, "lang:xx")],
  author: [],
};
const labels = (query, facets = FACETS, options = {}) =>
  Object.fromEntries(
    groups(query, facets, options).map(({ facet, values }) => [
      facet,
      values.map(({ label, used, count }) => `${used ? "*" : ""}${label} ${count}`),
    ]),
  );

test("a group with one value only, or none, has nothing to choose", () => {
  assert.deepEqual(Object.keys(labels("gold")), ["type", "folder", "language"]);
  assert.deepEqual(labels("gold", {}), {});
  assert.deepEqual(groups("gold", FACETS, { more: { type: 7 } })[0].more, 7);
});

test("values have names that people know", () => {
  const { type, folder, language } = labels("gold");
  assert.deepEqual(type, ["Markdown 3", "PDF 1"]);
  assert.deepEqual(folder, ["a 2", "My b 1"]);
  assert.deepEqual(language, ["German 2", "xx 1"]);
  const [, group] = groups("gold", FACETS);
  assert.equal(group.within, "trade");
  assert.equal(group.values[1].title, "trade/My b");
});

test("what is in the query is marked, and stays although it is the only value", () => {
  assert.deepEqual(labels("gold type:pdf").type, ["Markdown 3", "*PDF 1"]);
  assert.deepEqual(labels("+type:pdf gold", { type: [FACETS.type[1]] }), { type: ["*PDF 1"] });
  assert.deepEqual(labels('dir:"/trade/My b" gold').folder, ["a 2", "*My b 1"]);
  assert.deepEqual(labels("date:2024").year, ["*2024 4"]);
  assert.deepEqual(labels("-type:pdf gold").type, ["Markdown 3", "PDF 1"]);
});

test("what is in the query and not in the answer comes first, without a number", () => {
  assert.deepEqual(labels("dir:/trade gold").folder, ["*trade null", "a 2", "My b 1"]);
  assert.equal(groups("dir:/trade gold", FACETS)[1].within, "");
  assert.deepEqual(labels('author:="Ada L" lang:de,fr year:2020'), {
    ...labels("x"),
    year: ["*2020 null", "2024 4"],
    language: ["*de,fr null", "German 2", "xx 1"],
    author: ["*Ada L null"],
  });
  assert.deepEqual(labels('dir:"/a [[]b]"').folder[0], "*a [b] null");
  assert.deepEqual(labels("lang:!!!").language[0], "*!!! null");
});

test("a group that was just used stays until the answer has come", () => {
  const one = { year: FACETS.year };
  assert.deepEqual(labels("gold", one), {});
  assert.deepEqual(labels("gold", one, { held: "date:2024" }), { year: ["2024 4"] });
});

test("what the engine found odd is no filter", () => {
  const odd = [{ start: 5, end: 17 }];
  assert.equal(labels("gold date:2024-13", FACETS, { problems: odd }).year, undefined);
});
