import assert from "node:assert/strict";
import { test } from "node:test";
import { fromFragment, NOTHING, toFragment } from "../../static/ui/question-url.js";

test("a question survives its address, whatever is in it", () => {
  for (const query of ["gold", 'a "b c"~5 #d&e=f +g%20h', "我爱你 😀", "  type:pdf ", "x\ty"]) {
    for (const question of [
      { ...NOTHING, query },
      { query, mode: "keyword", sort: "date", operator: "all" },
    ]) {
      assert.deepEqual(fromFragment(toFragment(question)), question);
    }
  }
});

test("what is as always is left out", () => {
  assert.equal(toFragment(NOTHING), "");
  assert.equal(toFragment({ ...NOTHING, query: "gold type:pdf" }), "#q=gold+type%3Apdf");
  assert.equal(toFragment({ ...NOTHING, operator: "all" }), "#words=all");
});

test("half of a pair of surrogates does not break the address", () => {
  assert.equal(fromFragment(toFragment({ ...NOTHING, query: "a\ud83d" })).query, "a\ufffd");
});

test("what is no question is told apart, and odd values mean nothing", () => {
  assert.equal(fromFragment(""), null);
  assert.equal(fromFragment("#results"), null);
  assert.deepEqual(fromFragment("#q=a&sort=sideways&mode=&words=some&x=1"), {
    ...NOTHING,
    query: "a",
  });
});
