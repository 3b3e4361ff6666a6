// @ts-check
/**
 * What the preview shows: the stretch of a document around a passage, cut into pages or lines,
 * and those into runs of equal look. Pure; offsets are UTF-16 code units of the document's text.
 */
import { clip } from "./pieces.js";

/** @typedef {import("./pieces.js").Range} Range */
/** @typedef {{ text: string, mark: boolean, passage: boolean }} Run */
/** @typedef {{ number: number, runs: Run[], passage: boolean }} Line */
/** @typedef {{ runs: Run[] } | { rows: Run[][][] }} Part text, or the cells of rows */
/** @typedef {{ number: number | null, parts: Part[] }} Page */
/**
 * @typedef {object} Span
 * @property {number} start
 * @property {number} end
 */

/**
 * @typedef {object} Sought what is to be seen of a document's text
 * @property {string} text
 * @property {Span} passage
 * @property {Range[]} highlights matches in the passage
 * @property {string[]} words the same words, marked wherever they stand
 */

/** Characters shown before and after the passage at first, and added by "show more". */
export const MARGIN = 12_000;

/**
 * The stretch to show: the passage and `before` and `after` characters around it, moved out to
 * whole lines.
 * @param {string} text
 * @param {Span} passage
 * @param {number} before
 * @param {number} after
 * @returns {Span}
 */
export function around(text, passage, before, after) {
  const from = Math.max(0, passage.start - before);
  const to = Math.min(text.length, passage.end + after);
  const start = from === 0 ? 0 : text.lastIndexOf("\n", from - 1) + 1;
  const newline = text.indexOf("\n", to);
  // A document of one endless line is cut where it must be, not shown whole.
  const end = newline < 0 || newline - to > MARGIN ? to : newline;
  return { start: from - start > MARGIN ? from : start, end };
}

/**
 * Pages of the shown stretch; a document without form feeds is one page without a number.
 * @param {string} text
 * @param {Span} shown
 * @param {Span} passage
 * @param {readonly Range[]} marks
 * @param {boolean} [tables] whether lines with tabs in them are rows
 * @returns {Page[]}
 */
export function pagesOf(text, shown, passage, marks, tables = false) {
  const paged = text.includes("\f");
  let page = paged ? countOf(text, "\f", shown.start) + 1 : 0;
  /** @type {Page[]} */
  const out = [];
  let at = shown.start;
  while (at <= shown.end) {
    const feed = paged ? text.indexOf("\f", at) : -1;
    const end = feed < 0 || feed > shown.end ? shown.end : feed;
    const span = { start: at, end };
    const parts = tables
      ? partsOf(text, span, passage, marks)
      : [{ runs: runsOf(text, span, passage, marks) }];
    out.push({ number: paged ? page : null, parts });
    if (end === shown.end) break;
    at = end + 1;
    page += 1;
  }
  return out;
}

/**
 * Text and tables of a span: lines with tabs that follow each other are the rows of a table.
 * @param {string} text
 * @param {Span} span
 * @param {Span} passage
 * @param {readonly Range[]} marks
 * @returns {Part[]}
 */
function partsOf(text, span, passage, marks) {
  /** @type {Part[]} */
  const parts = [];
  let prose = span.start;
  const flush = (/** @type {number} */ end) => {
    if (text.slice(prose, end).trim()) {
      parts.push({ runs: runsOf(text, { start: prose, end }, passage, marks) });
    }
  };
  /** @type {Run[][][] | null} */
  let rows = null;
  for (let at = span.start; at <= span.end; ) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 || newline > span.end ? span.end : newline;
    if (!text.slice(at, end).includes("\t")) {
      if (rows) prose = at;
      rows = null;
    } else {
      if (!rows) {
        flush(at);
        rows = [];
        parts.push({ rows });
      }
      rows.push(cellsOf(text, { start: at, end }, passage, marks));
      prose = end + 1;
    }
    at = end + 1;
  }
  if (!rows) flush(span.end);
  return parts;
}

/**
 * @param {string} text
 * @param {Span} line
 * @param {Span} passage
 * @param {readonly Range[]} marks
 */
function cellsOf(text, line, passage, marks) {
  const cells = [];
  for (let at = line.start; at <= line.end; ) {
    const tab = text.indexOf("\t", at);
    const end = tab < 0 || tab > line.end ? line.end : tab;
    cells.push(runsOf(text, { start: at, end }, passage, marks));
    at = end + 1;
  }
  return cells;
}

/**
 * Numbered lines of the shown stretch.
 * @param {string} text
 * @param {Span} shown
 * @param {Span} passage
 * @param {readonly Range[]} marks
 * @returns {Line[]}
 */
export function linesOf(text, shown, passage, marks) {
  /** @type {Line[]} */
  const out = [];
  let number = countOf(text, "\n", shown.start) + 1;
  for (let at = shown.start; at <= shown.end; number += 1) {
    const newline = text.indexOf("\n", at);
    const end = newline < 0 || newline > shown.end ? shown.end : newline;
    const inside = at < passage.end && end > passage.start;
    out.push({ number, runs: runsOf(text, { start: at, end }, passage, marks), passage: inside });
    at = end + 1;
  }
  return out;
}

/**
 * The text of a span as runs that are alike throughout.
 * @param {string} text
 * @param {Span} span
 * @param {Span} passage
 * @param {readonly Range[]} marks
 * @returns {Run[]}
 */
export function runsOf(text, { start, end }, passage, marks) {
  const inside = clip(marks, start, end);
  const cuts = new Set([start, end]);
  for (const [a, b] of inside) cuts.add(start + a).add(start + b);
  for (const edge of [passage.start, passage.end]) if (edge > start && edge < end) cuts.add(edge);
  const edges = [...cuts].sort((a, b) => a - b);
  let next = 0;
  return edges.slice(1).map((to, i) => {
    const from = edges[i] ?? start;
    while (next < inside.length && start + (inside[next]?.[1] ?? 0) <= from) next += 1;
    const mark = next < inside.length && start + (inside[next]?.[0] ?? 0) <= from;
    return {
      text: text.slice(from, to),
      mark,
      passage: from >= passage.start && to <= passage.end,
    };
  });
}

/**
 * Every other place in `[span)` where the words matched in the passage stand as whole words.
 * @param {string} text
 * @param {Span} span
 * @param {readonly string[]} words
 * @returns {Range[]}
 */
export function occurrences(text, { start, end }, words) {
  const list = [...new Set(words.map((word) => word.toLowerCase()))].filter(Boolean).slice(0, 40);
  if (list.length === 0) return [];
  const any = list.map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/gu, "\\$&")).join("|");
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${any})(?![\\p{L}\\p{N}_])`, "giu");
  /** @type {Range[]} */
  const out = [];
  for (const match of text.slice(start, end).matchAll(pattern)) {
    out.push([start + match.index, start + match.index + match[0].length]);
  }
  return out;
}

/**
 * Two lists of ranges as one, in order and without overlap.
 * @param {readonly Range[]} a
 * @param {readonly Range[]} b
 * @returns {Range[]}
 */
export function union(a, b) {
  /** @type {Range[]} */
  const out = [];
  for (const [start, end] of [...a, ...b].sort((x, y) => x[0] - y[0])) {
    const last = out.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else out.push([start, end]);
  }
  return out;
}

/**
 * The page at an offset, from 1.
 * @param {string} text
 * @param {number} offset
 */
export const pageAt = (text, offset) => countOf(text, "\f", offset) + 1;

/**
 * The stretch of a page, empty where there is no such page.
 * @param {string} text
 * @param {number} number from 1
 * @returns {Span}
 */
export function pageSpan(text, number) {
  let start = 0;
  for (let page = 1; page < number; page += 1) {
    start = text.indexOf("\f", start) + 1;
    if (start === 0) return { start: text.length, end: text.length };
  }
  const feed = text.indexOf("\f", start);
  return { start, end: feed < 0 ? text.length : feed };
}

/**
 * How often `char` stands before `end`.
 * @param {string} text
 * @param {string} char
 * @param {number} end
 */
function countOf(text, char, end) {
  let n = 0;
  for (let at = text.indexOf(char); at >= 0 && at < end; at = text.indexOf(char, at + 1)) n += 1;
  return n;
}
