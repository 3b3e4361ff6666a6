// @ts-check
/** What an audit has found, in words. Pure functions, no markup. */
import { number } from "./format.js";

const NUMBERS = [
  "no",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
];

/**
 * `percent(0.994)` is "99.4 %" on one line; only what is all of it is "100 %".
 * @param {number} share
 */
export const percent = (share) => `${digits(share)}\u00a0%`;

/** @param {number} share */
function digits(share) {
  if (share >= 1) return "100";
  return Math.min(99.9, Math.round(share * 1000) / 10).toFixed(1);
}

/** @param {import("../fossick.js").CollectionAudit} audit */
export function recallSentence({ recall, before, low, high, queries, k, vectors, candidates }) {
  if (queries === 0) return "Nothing to measure: no passage has a vector yet";
  if (candidates === undefined) {
    const all = vectors === 1 ? "the one passage" : `all ${number(vectors)} passages`;
    return `Meaning search looks at ${all} every time, and misses none`;
  }
  const range = `${digits(low)}–${percent(high)}`;
  const found = `Meaning search finds ${percent(recall)} of the nearest ${NUMBERS[k] ?? k} (${range}), measured on ${number(queries)} of your passages`;
  return recall > before
    ? `${found}. Before it was ${percent(before)}: it now looks more closely`
    : found;
}
