// @ts-check
/**
 * What is asked as the fragment of the page's address, so that a link, a bookmark and a reload
 * give the same view. A fragment is never sent to a host. Pure functions, no DOM.
 */

/** @typedef {import("./searching.js").Mode} Mode */
/** @typedef {import("../fossick.js").Sort} Sort */
/** @typedef {{ query: string, mode: Mode, sort: Sort, operator: "any" | "all" }} Question */

/** @type {Question} */
export const NOTHING = { query: "", mode: "hybrid", sort: "relevance", operator: "any" };

const MODES = ["hybrid", "keyword", "vector"];
const SORTS = ["relevance", "date", "name", "size"];
const OPERATORS = ["any", "all"];

/**
 * `toFragment({ ...NOTHING, query: "gold type:pdf", sort: "date" })` is
 * `"#q=gold+type%3Apdf&sort=date"`; what is as it always is is left out, and nothing is `""`.
 * @param {Question} question
 */
export function toFragment({ query, mode, sort, operator }) {
  const told = new URLSearchParams();
  if (query.trim()) told.set("q", query.toWellFormed());
  if (mode !== NOTHING.mode) told.set("mode", mode);
  if (sort !== NOTHING.sort) told.set("sort", sort);
  if (operator !== NOTHING.operator) told.set("words", operator);
  const text = told.toString();
  return text && `#${text}`;
}

/**
 * The question in a fragment; null where it holds none, such as `#results`. Values that mean
 * nothing are passed over.
 * @param {string} fragment
 * @returns {Question | null}
 */
export function fromFragment(fragment) {
  const told = new URLSearchParams(fragment.replace(/^#/u, ""));
  if (!["q", "mode", "sort", "words"].some((name) => told.has(name))) return null;
  const one = (/** @type {string} */ name, /** @type {string[]} */ known) => {
    const value = told.get(name) ?? "";
    return known.includes(value) ? value : known[0];
  };
  return {
    query: told.get("q") ?? "",
    mode: /** @type {Mode} */ (one("mode", MODES)),
    sort: /** @type {Sort} */ (one("sort", SORTS)),
    operator: /** @type {"any" | "all"} */ (one("words", OPERATORS)),
  };
}
