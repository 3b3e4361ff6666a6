// @ts-check
/** All files that the collection knows of, each with its state: what the page on files lists. */
import { badge } from "./address.js";
import { fileName } from "./format.js";

/** @typedef {import("../fossick.js").DocumentInfo} DocumentInfo */
/** @typedef {import("../fossick.js").UnreadFile} UnreadFile */
/**
 * @typedef {"ready" | "words" | "again" | "opened" | "ignored" | import("../fossick.js").ErrorCode} State
 *   "ready": found by words and by meaning; "words": by words only, so far; "again": to be read
 *   again, for the index is damaged there; "opened": an archive whose files were read; "ignored":
 *   left out by a rule; else the code of why it was refused
 */
/**
 * @typedef {object} FileRow
 * @property {string} path
 * @property {string} id of the document, "" where there is none
 * @property {State} state
 * @property {string} type letters as on its badge
 * @property {string} title
 * @property {string} message why there is no document
 * @property {string} hint
 * @property {number} [size]
 * @property {number} [modified] seconds since 1970
 * @property {number} [chunks]
 * @property {number} [members]
 */
/** @typedef {{ text: string, state: string, type: string }} Wanted */

/** What states are called, those first that are no reason of a refusal. */
const NAMES = /** @type {Record<string, string>} */ ({
  ready: "Can be searched",
  words: "By words only so far",
  again: "To be read again",
  opened: "Archives",
  ignored: "Left out by a rule",
  empty: "Empty",
  "no-text": "No text inside",
  encrypted: "Protected by a password",
  damaged: "Damaged",
  "too-large": "Too large",
  unsupported: "Of a kind that is not read",
  "not-text": "Not text",
  unreadable: "Could not be opened",
});

/** States of files that somebody may want to be read again. */
export const REFUSED = new Set(Object.keys(NAMES).slice(5));
/** The state that stands for all reasons of a refusal. */
export const NOT_READ = "not-read";

/** @param {string} state */
export const stateName = (state) => NAMES[state] ?? state;

/**
 * In order of path.
 *
 * @param {readonly DocumentInfo[]} documents
 * @param {readonly UnreadFile[]} unread
 * @param {{ again?: readonly string[], meaning?: boolean }} known paths that are to be read again;
 *   whether a model is in use
 * @returns {FileRow[]}
 */
export function fileRows(documents, unread, { again = [], meaning = false } = {}) {
  const damaged = new Set(again);
  const held = documents.map((one) => {
    const unmeant = meaning && one.chunks > 0 && !one.model;
    const state = damaged.has(one.path) ? "again" : unmeant ? "words" : "ready";
    const { path, id, title, size, modified, chunks } = one;
    const said = { message: "", hint: "", size, modified, chunks };
    return /** @type {FileRow} */ ({ path, id, state, type: badge(path), title, ...said });
  });
  const others = unread.map((one) => {
    const { path, message, hint, size, modified, members } = one;
    const said = { message, hint, size, modified, members };
    const state = one.code || "opened";
    return /** @type {FileRow} */ ({ path, id: "", state, type: badge(path), title: "", ...said });
  });
  return [...held, ...others].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/**
 * Whether a text holds all words of what somebody has typed.
 *
 * @param {string} typed
 * @returns {(text: string) => boolean}
 */
export function holding(typed) {
  const words = typed.toLowerCase().split(/\s+/u).filter(Boolean);
  return (text) => words.every((word) => text.toLowerCase().includes(word));
}

/**
 * @param {readonly FileRow[]} rows
 * @param {Wanted} wanted "" where anything will do
 */
export function wantedRows(rows, { text, state, type }) {
  const fits = holding(text);
  return rows.filter(
    (row) =>
      (!type || row.type === type) && isIn(row, state) && fits(`${row.path} ${row.title ?? ""}`),
  );
}

/**
 * @param {FileRow} row
 * @param {string} state
 */
const isIn = (row, state) =>
  state === NOT_READ ? REFUSED.has(row.state) : !state || row.state === state;

/**
 * The states that there are, with how many files are in each; all that were refused come together
 * before their reasons.
 *
 * @param {readonly FileRow[]} rows
 * @returns {{ state: string, name: string, count: number }[]}
 */
export function statesOf(rows) {
  const counts = counted(rows.map(({ state }) => state));
  const of = (/** @type {string} */ state) => ({
    state,
    name: stateName(state),
    count: counts.get(state) ?? 0,
  });
  const known = Object.keys(NAMES).map(of);
  const refused = known.filter(({ state }) => REFUSED.has(state));
  const all = refused.reduce((sum, { count }) => sum + count, 0);
  return [
    ...known.filter(({ state }) => !REFUSED.has(state)),
    { state: NOT_READ, name: "Not read", count: all },
    ...refused.map((one) => ({ ...one, name: `Not read: ${one.name.toLowerCase()}` })),
  ].filter(({ count }) => count > 0);
}

/**
 * The types that there are, the most frequent first.
 *
 * @param {readonly FileRow[]} rows
 * @returns {{ type: string, count: number }[]}
 */
export function typesOf(rows) {
  return [...counted(rows.map(({ type }) => type))]
    .map(([type, count]) => ({ type, count }))
    .sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1));
}

/** @param {readonly string[]} values */
function counted(values) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Folders that are named where a file may lie in one of them. */
const NAMED = 10;

/**
 * Why there is no file of the name that is typed: what is left out, or has never been added.
 *
 * @param {readonly FileRow[]} rows
 * @param {string} typed
 * @returns {{ message: string, hint: string }[]}
 */
export function reasonsFor(rows, typed) {
  const left = rows.filter(({ state }) => state === "ignored");
  const parts = typed.toLowerCase().split(/[\s/]+/u);
  // A folder that is left out answers for what is in it, whose names nobody has read.
  const found = left.filter(({ path }) => parts.includes(fileName(path).toLowerCase()));
  if (found.length > 0) return found.slice(0, NAMED);
  const names = [...new Set(left.map(({ path }) => fileName(path)))].slice(0, NAMED);
  const advice = "Add it, or the folder that it lies in.";
  const rule = `Or it lies in something that a rule leaves out: ${names.join(", ")}.`;
  const hint = names.length > 0 ? `${advice} ${rule}` : advice;
  return [{ message: "No file of this name has been added.", hint }];
}
