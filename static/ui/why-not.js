// @ts-check
/** Why a document that can be searched is not among the first hits of what is asked. */
import { languageName } from "./facet-groups.js";
import { count } from "./format.js";
import { filters, without } from "./query-filters.js";

/** @typedef {import("../fossick.js").Fossick} Fossick */
/** @typedef {{ query: string, mode: import("../fossick.js").Mode, operator: "any" | "all" }} Asked */
/** @typedef {{ id: string, path: string, state: string }} Sought */

/** Documents among which its place is looked for. */
const MOST = 1000;
/** Files whose paths begin like its own. */
const ALIKE = 50;

/**
 * In one or two sentences.
 *
 * @param {Fossick} fossick
 * @param {Sought} sought
 * @param {Asked} asked
 * @returns {Promise<string>}
 */
export async function whyNot(fossick, sought, { query, mode, operator }) {
  const all = await fossick.search(query, { mode, operator, groupBy: "document", k: MOST });
  const at = all.hits.findIndex(({ documentId }) => documentId === sought.id);
  if (at >= 0) return `It is found: number ${at + 1} of the documents.`;
  const barred = await barriers(fossick, sought, query);
  if (barred.length > 0) {
    return `${barred.join(" ")} in the question ${barred.length > 1 ? "leave" : "leaves"} it out.`;
  }
  const hit = await held(fossick, sought, unfiltered(query));
  const missing = hit?.explanation?.keyword?.missing ?? [];
  const lacks = missing.map((word) => `“${word}”`).join(", ");
  if (hit && operator === "all" && lacks) return `All words are asked for, and it lacks ${lacks}.`;
  if (hit) {
    const some = lacks ? `It holds some of the words, not ${lacks}.` : "It holds the words.";
    return `${some} At least ${count(all.hits.length, "document")} fit better.`;
  }
  return `None of the words stands in it. ${await otherWays(fossick, sought, mode)}`;
}

/**
 * The filters of a query that a document does not pass.
 *
 * @param {Fossick} fossick
 * @param {Sought} sought
 * @param {string} query
 */
async function barriers(fossick, sought, query) {
  const barred = [];
  for (const { text } of filters(query)) {
    if (!(await held(fossick, sought, text))) barred.push(text);
  }
  return barred;
}

/** @param {string} query */
function unfiltered(query) {
  let rest = query;
  for (let [first] = filters(rest); first; [first] = filters(rest)) rest = without(rest, first);
  return rest;
}

/**
 * The best passage of the document by words alone.
 *
 * @param {Fossick} fossick
 * @param {Sought} sought
 * @param {string} query
 */
async function held(fossick, { id, path }, query) {
  if (!query.trim()) return null;
  const { hits } = await fossick.search(query, {
    mode: "keyword",
    filter: { path },
    groupBy: "document",
    explain: true,
    k: ALIKE,
  });
  return hits.find(({ documentId }) => documentId === id) ?? null;
}

/**
 * What may find a document that holds none of the words.
 *
 * @param {Fossick} fossick
 * @param {Sought} sought
 * @param {import("../fossick.js").Mode} mode
 */
async function otherWays(fossick, { path, state }, mode) {
  const only = `path:"${path.replaceAll('"', "?")}"`;
  const { facets } = await fossick.search(only, { mode: "keyword", facets: ["language"] });
  const [tongue] = facets?.language ?? [];
  const name = tongue ? languageName(tongue.value) : "";
  const spoken = name ? `Its text is in ${name}. ` : "";
  if (state === "words") return `${spoken}What it means is not worked out yet.`;
  if (mode === "keyword") return `${spoken}Search by meaning as well.`;
  return `${spoken}Others are nearer in meaning.`;
}
