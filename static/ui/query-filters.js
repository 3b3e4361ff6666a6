// @ts-check
/**
 * The filters of a query, found in its text: `mine type:pdf` has one, `type:pdf`.
 *
 * Reads the simple case as the engine does (`app/core/lexical/tokens.py`): a field with a value,
 * maybe behind a sign, at the top of the query. In parentheses, in quotation marks and beside AND,
 * OR and NOT a filter is part of something larger, and is left alone.
 */

/** @typedef {{ text: string, start: number, end: number }} Filter Offsets for `query.slice`. */

/** Fields that let documents or pages through; title, heading and body are searched for words. */
const FIELDS = "path dir ext type lang author date year before after size page".split(" ");
/** Those that may be followed by a comparison instead of a colon. */
const COMPARED = "date year size page".split(" ");

const [OPENERS, CLOSERS] = ["“„‟«", "“”‟«»"];
const QUOTES = `"”»${OPENERS}`;

/** What is made of these alone is no word: the engine passes over it. */
const SIGNS = `!"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~${QUOTES}–—―…‐‑•·¿¡§‹›‘’‚、。！？，；：（）「」『』`;
const NOTHING = new RegExp(`^[${SIGNS.replace(/[\\\]^-]/gu, "\\$&")}]*$`, "u");
const STARS = /^[*?]*\*[*?]*$/u;

/** Only ASCII counts, in capitals too: the flags `iu` would also take the Kelvin sign for a K. */
const anyCase = (/** @type {readonly string[]} */ names) =>
  names.join("|").replace(/[a-z]/gu, (letter) => `[${letter}${letter.toUpperCase()}]`);

/** The first that fits at a place says what begins there. */
const TOKENS = /** @type {const} */ ([
  ["space", String.raw`\s+`],
  ["phrase", `"[^"]*"|"[^${CLOSERS}]*[${CLOSERS}]|[${OPENERS}][^"${CLOSERS}]*["${CLOSERS}]`],
  ["phrase", String.raw`[”»](?=\S)[^"${CLOSERS}]+["${CLOSERS}]`],
  ["phrase", `["${OPENERS}][^]*`], // never closed
  ["(", String.raw`\(`],
  [")", String.raw`\)`],
  ["join", String.raw`(?<![^\s()${QUOTES}])(?:AND|OR|&&|\|\|)(?=[\s()${QUOTES}]|$)`],
  ["not", String.raw`(?<![^\s()${QUOTES}])NOT(?=[\s()${QUOTES}]|$)`],
  ["sign", String.raw`(?<![^\s(])[-+!](?=[^\s)+\-!])`],
  ["regex", String.raw`(?<![^\s(+\-!:])/(?:\\\S|[^\s/\\])+/i?(?=\^[0-9]|[\s)]|$)`],
  [
    "field",
    String.raw`(?<![^\s(+\-!])(?:(?:${anyCase(FIELDS)}):|(?:${anyCase(COMPARED)})(?=[<>=]))`,
  ],
  [
    "word",
    String.raw`(?:\\[\\${QUOTES}()*?~^:+\-!/&|<>=]|(?<=[0-9])"(?=[\s)]|$)|[^\s()${QUOTES}])+`,
  ],
  ["other", "[^]"],
]);
const SCANNERS = TOKENS.map(([kind, pattern]) => ({ kind, pattern: new RegExp(pattern, "y") }));
const VALUE = new RegExp(
  String.raw`(?!\()(?:"[^"]*"?|[${OPENERS}][^"${CLOSERS}]*["${CLOSERS}]?|\([^\s()${QUOTES}]*\)|[^\s()${QUOTES}])+`,
  "y",
);

/**
 * The filters at the top of a query, in order, each with its sign.
 *
 * `filters('gold -type:pdf (ext:md)')` is `[{ text: "-type:pdf", start: 5, end: 14 }]`.
 *
 * @param {string} query
 * @returns {Filter[]}
 */
export function filters(query) {
  /** @type {Filter[]} */
  const found = [];
  let depth = 0;
  /** What the token before this one was, spaces apart, and what it is for the next. */
  let before = { isSign: false, joins: false, isFilter: false, start: 0 };
  for (const { kind, start, end } of tokens(query)) {
    if (kind === "(") depth += 1;
    if (kind === ")") depth = Math.max(0, depth - 1);
    if (kind === "join" && before.isFilter) found.pop();
    const isFilter = kind === "filter" && depth === 0 && !before.joins;
    const from = before.isSign && before.start + 1 === start ? before.start : start;
    if (isFilter) found.push({ text: query.slice(from, end), start: from, end });
    const isSign = kind === "sign";
    const joins = kind === "join" || kind === "not" || (isSign && before.joins);
    before = { isSign, joins, isFilter, start };
  }
  return found;
}

/**
 * @param {string} query
 * @returns {Generator<{ kind: string, start: number, end: number }>}
 */
function* tokens(query) {
  for (let start = 0, end = 0; start < query.length; start = end) {
    const scanner = SCANNERS.find(({ pattern }) => endOf(pattern, query, start) >= 0);
    end = scanner?.pattern.lastIndex ?? query.length;
    const value = scanner?.kind === "field" ? endOf(VALUE, query, end) : -1;
    end = Math.max(end, value);
    const kind = value >= 0 ? "filter" : (scanner?.kind ?? "other");
    const isWord = kind === "word" && isWordy(query.slice(start, end));
    if (isWord || !["space", "word", "other"].includes(kind)) yield { kind, start, end };
  }
}

/** @param {string} text */
const isWordy = (text) => !NOTHING.test(text) || STARS.test(text);

/**
 * Where a match that begins at `start` ends, -1 if there is none.
 *
 * @param {RegExp} pattern sticky
 * @param {string} query
 * @param {number} start
 */
function endOf(pattern, query, start) {
  pattern.lastIndex = start;
  return pattern.test(query) ? pattern.lastIndex : -1;
}

/**
 * The query without one of its filters; what was a whole word before stays one.
 *
 * @param {string} query
 * @param {Filter} filter
 */
export function without(query, { start, end }) {
  const before = query.slice(0, start).trimEnd();
  const after = query.slice(end).trimStart();
  return before ? `${before} ${after}` : after;
}

/**
 * The query with one more filter, behind those at its beginning: what is being typed at its end
 * goes on, and no quotation mark or parenthesis that is open takes the filter in.
 *
 * @param {string} query
 * @param {string} filter
 */
export function withFilter(query, filter) {
  let at = 0;
  for (const { start, end } of filters(query)) if (!query.slice(at, start).trim()) at = end;
  const behind = put(query, filter, at);
  const was = filters(query).length;
  const isOne = filters(behind).length > was && filters(behind).some(({ text }) => text === filter);
  return isOne ? behind : put(query, filter, 0);
}

/**
 * @param {string} query
 * @param {string} filter
 * @param {number} at
 */
function put(query, filter, at) {
  const rest = unjoined(query.slice(at).trimStart());
  return [query.slice(0, at).trim(), filter, rest].filter(Boolean).join(" ");
}

/**
 * A query that nothing before it can be joined to: an operator in letters at its beginning is
 * searched for as a word, and must stay one; one in signs means nothing there.
 *
 * @param {string} query
 */
function unjoined(query) {
  const [first] = tokens(query);
  if (first?.kind !== "join") return query;
  const isWord = /^\w/u.test(query.slice(first.start));
  return isWord
    ? `${query.slice(0, first.start)}\\${query.slice(first.start)}`
    : query.slice(first.end).trimStart();
}
