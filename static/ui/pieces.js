// @ts-check
/** Cutting text around its matches. Offsets are UTF-16 code units, as JavaScript counts. */

import { plain } from "./plain.js";

/** @typedef {[number, number]} Range Start inclusive, end exclusive. */
/** @typedef {{ text: string, mark: boolean }} Piece */

/**
 * The text as marked and unmarked pieces, in order, none empty.
 * `pieces("gold pan", [[0, 4]])` is `[{text: "gold", mark: true}, {text: " pan", mark: false}]`.
 * @param {string} text
 * @param {readonly Range[]} ranges in order, not overlapping
 * @returns {Piece[]}
 */
export function pieces(text, ranges) {
  const out = [];
  let at = 0;
  for (const [start, end] of ranges) {
    const from = Math.max(start, at);
    const to = Math.min(end, text.length);
    if (to <= from) continue;
    if (from > at) out.push({ text: text.slice(at, from), mark: false });
    out.push({ text: text.slice(from, to), mark: true });
    at = to;
  }
  if (at < text.length) out.push({ text: text.slice(at), mark: false });
  return out;
}

/**
 * The stretch of at most `size` characters that holds the most distinct matches. It begins where a
 * sentence does, if one begins shortly before the first of them, else between words. Earlier wins
 * where two hold as many.
 * @param {string} text
 * @param {readonly Range[]} ranges
 * @param {number} size
 * @returns {Range}
 */
export function densest(text, ranges, size) {
  if (text.length <= size) return [0, text.length];
  let best = 0;
  let bestCount = -1;
  let first = 0;
  const lead = Math.floor(size / 4);
  for (const [start] of ranges.length ? ranges : [[0, 0]]) {
    const from = Math.max(0, Math.min(start - lead, text.length - size));
    const words = new Set();
    for (const [s, e] of ranges) {
      if (s >= from && e <= from + size) words.add(text.slice(s, e).toLowerCase());
    }
    if (words.size > bestCount) [best, bestCount, first] = [from, words.size, start];
  }
  const begin = sentenceStart(text, best, first) ?? wordStart(text, best);
  return [begin, wordEnd(text, begin + size)];
}

/**
 * A short excerpt around the matches as pieces: on one line, without markup, with an ellipsis
 * where it was cut.
 * @param {string} passage
 * @param {readonly Range[]} highlights
 * @param {import("./plain.js").Look & { size?: number }} [options]
 * @returns {Piece[]}
 */
export function excerpt(passage, highlights, { size = 300, ...look } = {}) {
  // A passage that was added as it stands may be a whole book.
  const [a, b] = densest(passage, highlights, 20 * size);
  const { text, ranges } = plain(passage.slice(a, b), clip(highlights, a, b), look);
  const [from, to] = densest(text, ranges, size);
  const out = pieces(text.slice(from, to), clip(ranges, from, to));
  if (a + from > 0) out.unshift({ text: "… ", mark: false });
  if (to < text.length || b < passage.length) out.push({ text: " …", mark: false });
  return out;
}

/**
 * A short excerpt of code: whole lines around the matches, the common indent taken away.
 * @param {string} text
 * @param {readonly Range[]} ranges
 * @param {number} [size]
 * @returns {Piece[]}
 */
export function codeExcerpt(text, ranges, size = 300) {
  const [a, b] = densest(text, ranges, size);
  const from = text.lastIndexOf("\n", a) + 1;
  const newline = text.indexOf("\n", b);
  const to = newline < 0 || newline - b > size ? b : newline;
  const lines = text.slice(from, to).split("\n");
  const indents = lines.filter((line) => line.trim()).map((line) => line.search(/\S/u));
  const indent = indents.length ? Math.min(...indents) : 0;
  /** @type {Piece[]} */
  const out = [];
  let at = from;
  for (const line of lines) {
    const cut = Math.min(indent, line.length);
    if (line.trim()) {
      if (out.length) out.push({ text: "\n", mark: false });
      out.push(...pieces(line.slice(cut), clip(ranges, at + cut, at + line.length)));
    }
    at += line.length + 1;
  }
  return out;
}

/**
 * The ranges that overlap `[from, to)`, cut to it and counted from `from`.
 * @param {readonly Range[]} ranges
 * @param {number} from
 * @param {number} to
 * @returns {Range[]}
 */
export function clip(ranges, from, to) {
  /** @type {Range[]} */
  const out = [];
  for (const [start, end] of ranges) {
    const [a, b] = [Math.max(start, from), Math.min(end, to)];
    if (b > a) out.push([a - from, b - from]);
  }
  return out;
}

const SENTENCE_START = /(?:[.!?…]['"”’)\]]*\s+|[。！？]|\n\s*)(?=\S)/gu;

/**
 * Where the last sentence begins that starts from `from` to `to`, undefined if none does.
 * @param {string} text
 * @param {number} from
 * @param {number} to
 */
function sentenceStart(text, from, to) {
  const found = [...text.slice(from, to + 1).matchAll(SENTENCE_START)].at(-1);
  return found && from + found.index + found[0].length;
}

/**
 * @param {string} text
 * @param {number} at
 */
function wordStart(text, at) {
  if (at <= 0) return 0;
  const space = text.slice(at, at + 24).search(/\s/u);
  const start = space < 0 ? at : at + space + 1;
  return isLowSurrogate(text, start) ? start + 1 : start;
}

/**
 * @param {string} text
 * @param {number} at
 */
function wordEnd(text, at) {
  if (at >= text.length) return text.length;
  const tail = text.slice(Math.max(0, at - 24), at);
  const space = tail.search(/\s\S*$/u);
  const end = space < 0 ? at : at - tail.length + space;
  return isLowSurrogate(text, end) ? end - 1 : end;
}

/**
 * @param {string} text
 * @param {number} at
 */
function isLowSurrogate(text, at) {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
