// @ts-check
/** The facets of an answer as the page shows them: groups of values, those in use marked. */
import { filters } from "./query-filters.js";

/**
 * @typedef {import("../fossick.js").Facet} Facet
 * @typedef {import("../fossick.js").FacetValue} FacetValue
 * @typedef {import("./query-filters.js").Filter} Filter
 */
/**
 * @typedef {object} Value
 * @property {string} label
 * @property {string} title more than the label, where there is more to say
 * @property {string} filter
 * @property {number | null} count null where the answer does not tell it
 * @property {Filter | null} used where the filter stands in the query
 */
/** @typedef {{ facet: Facet, label: string, within: string, values: Value[], more: number }} Group */

/** @type {readonly { facet: Facet, field: RegExp, label: string }[]} */
const GROUPS = [
  { facet: "type", field: /^\+?type:/iu, label: "Type" },
  { facet: "folder", field: /^\+?dir:/iu, label: "Folder" },
  { facet: "year", field: /^\+?(?:date|year):/iu, label: "Year" },
  { facet: "language", field: /^\+?lang:/iu, label: "Language" },
  { facet: "author", field: /^\+?author:/iu, label: "Author" },
];

const TYPES = /** @type {Record<string, string>} */ ({
  chunk: "Passage",
  code: "Code",
  html: "Web page",
  markdown: "Markdown",
  pdf: "PDF",
  text: "Text",
});
const languages = new Intl.DisplayNames(["en"], { type: "language", fallback: "code" });

/**
 * The groups with something to choose, or with something chosen.
 *
 * @param {string} query
 * @param {Partial<Record<Facet, FacetValue[]>>} facets
 * @param {object} [options]
 * @param {Partial<Record<Facet, number>>} [options.more]
 * @param {readonly import("../fossick.js").QueryProblem[]} [options.problems] what is odd about it
 * @param {string} [options.held] a filter whose group stays, whatever is in it
 * @returns {Group[]}
 */
export function groups(query, facets, { more = {}, problems = [], held } = {}) {
  const inQuery = filters(query).filter(
    ({ start, end }) => !problems.some((each) => each.start < end && each.end > start),
  );
  const found = GROUPS.map(({ facet, field, label }) => {
    const told = facets[facet] ?? [];
    const used = inQuery.filter(({ text }) => field.test(text));
    const values = told.map(({ value, count, filter }) => ({
      label: nameOf(facet, value),
      title: facet === "folder" ? value : "",
      filter,
      count,
      used: used.find(({ text }) => text.replace(/^\+/u, "") === filter) ?? null,
    }));
    const others = used.filter((one) => !values.some((value) => value.used === one));
    const chosen = others.map((one) => chosenValue(facet, one));
    const within = facet === "folder" ? above(told[0]?.value ?? "") : "";
    return {
      facet,
      label,
      within: chosen.some(({ title }) => title === within) ? "" : within,
      values: [...chosen, ...values],
      more: more[facet] ?? 0,
    };
  });
  return found.filter(
    ({ values }) => values.length > 1 || values.some(({ used, filter }) => used || filter === held),
  );
}

/**
 * A filter that is in the query, and that the answer has no value for.
 * @param {Facet} facet
 * @param {Filter} used
 * @returns {Value}
 */
function chosenValue(facet, used) {
  const written = used.text.slice(used.text.indexOf(":") + 1).replace(/^[=/]/u, "");
  const quoted = /^=?"([^"]*)"?$/u.exec(written);
  const value = (quoted?.[1] ?? written).replace(/^\//u, "").replace(/\[([[?*])\]/gu, "$1");
  const title = facet === "folder" ? value : "";
  return { label: nameOf(facet, value), title, filter: used.text, count: null, used };
}

/**
 * @param {Facet} facet
 * @param {string} value
 */
function nameOf(facet, value) {
  if (facet === "type") return TYPES[value] ?? value;
  if (facet === "folder") return value.slice(value.lastIndexOf("/") + 1);
  return facet === "language" ? languageName(value) : value;
}

/** @param {string} code */
export function languageName(code) {
  try {
    return languages.of(code) ?? code;
  } catch {
    return code; // several of them, or something that somebody typed
  }
}

/**
 * What a folder lies in, empty at the top.
 * @param {string} path
 */
const above = (path) => path.slice(0, Math.max(0, path.lastIndexOf("/")));
