// @ts-check
/**
 * Where a stretch of a document's text stands on a drawn page. Pure; offsets are UTF-16 code
 * units.
 *
 * The two texts of a page differ: ours has columns in the order of reading, words that were
 * hyphenated whole again, and running titles once; the page has its runs as they were drawn. So
 * both are brought down to letters and digits, and stretches of letters that are alike are laid
 * upon each other, the longest first where there is a choice.
 */
import { occurrences } from "./passage.js";

/** @typedef {import("./pieces.js").Range} Range */
/** @typedef {import("./passage.js").Run} Run */
/** @typedef {{ text: string, endsLine: boolean }} Drawn */
/**
 * @typedef {object} Wanted
 * @property {import("./passage.js").Span} page the page's stretch of the document's text
 * @property {import("./passage.js").Span} passage
 * @property {readonly Range[]} highlights matches that have to be found
 * @property {readonly string[]} words marked wherever they stand
 */

/** Letters that have to agree before two stretches are taken to be the same. */
const GRAM = 6;
/** Places of the same letters that are tried. */
const TRIED = 64;
/** Letters that are compared to tell places apart. */
const FAR = 80;
const MARK = 1;
const PASSAGE = 2;

/**
 * Letters and digits of a text, each with the offset that it stands at.
 *
 * @param {string} text
 * @param {number} start
 * @param {number} end
 */
export function lettersOf(text, start = 0, end = text.length) {
  let letters = "";
  /** @type {number[]} */
  const at = [];
  for (let from = start; from < end; ) {
    const char = String.fromCodePoint(/** @type {number} */ (text.codePointAt(from)));
    for (const part of char.normalize("NFKD").toLowerCase()) {
      if (!/[\p{L}\p{N}]/u.test(part)) continue;
      letters += part;
      for (let unit = 0; unit < part.length; unit += 1) at.push(from);
    }
    from += char.length;
  }
  return { letters, at };
}

/**
 * For each letter of `a` its place in `b`, -1 where it has none.
 *
 * @param {string} a
 * @param {string} b
 * @returns {Int32Array}
 */
export function aligned(a, b) {
  const places = new Int32Array(a.length).fill(-1);
  const taken = new Uint8Array(b.length);
  const grams = gramsOf(b);
  let last = 0;
  for (let from = 0; from + GRAM <= a.length; ) {
    const found = best(a, from, b, grams.get(a.slice(from, from + GRAM)) ?? [], last, taken);
    if (found < 0) {
      from += 1;
      continue;
    }
    let [left, right] = [0, 0];
    const free = (/** @type {number} */ step) =>
      places[from + step] === -1 && taken[found + step] === 0 && a[from + step] === b[found + step];
    while (from + left > 0 && found + left > 0 && free(left - 1)) left -= 1;
    while (from + right < a.length && found + right < b.length && free(right)) right += 1;
    for (let step = left; step < right; step += 1) {
      places[from + step] = found + step;
      taken[found + step] = 1;
    }
    last = found + right;
    from += right;
  }
  return places;
}

/** @param {string} text */
function gramsOf(text) {
  /** @type {Map<string, number[]>} */
  const grams = new Map();
  for (let at = 0; at + GRAM <= text.length; at += 1) {
    const gram = text.slice(at, at + GRAM);
    const places = grams.get(gram);
    if (!places) grams.set(gram, [at]);
    else if (places.length < TRIED) places.push(at);
  }
  return grams;
}

/**
 * The place where most letters agree; of equal ones that which follows the last stretch.
 *
 * @param {string} a
 * @param {number} from
 * @param {string} b
 * @param {readonly number[]} tried
 * @param {number} last
 * @param {Uint8Array} taken
 */
function best(a, from, b, tried, last, taken) {
  let [found, most, nearest] = [-1, GRAM - 1, 0];
  for (const at of tried) {
    let length = 0;
    while (
      length < FAR &&
      from + length < a.length &&
      a[from + length] === b[at + length] &&
      taken[at + length] === 0
    ) {
      length += 1;
    }
    const distance = at >= last ? at - last : b.length + last - at;
    if (length > most || (length === most && distance < nearest)) {
      [found, most, nearest] = [at, length, distance];
    }
  }
  return found;
}

/**
 * The runs of a drawn page, cut into pieces that look alike, and how many highlights have no
 * place on it.
 *
 * @param {string} text of the document
 * @param {readonly Drawn[]} drawn
 * @param {Wanted} wanted
 * @returns {{ runs: Run[][], missing: number }}
 */
export function marksOnPage(text, drawn, { page, passage, highlights, words }) {
  const layer = layerOf(drawn);
  const own = lettersOf(text, page.start, page.end);
  const there = lettersOf(layer.text);
  const places = aligned(own.letters, there.letters);
  const flags = new Uint8Array(layer.text.length);
  const flagged = (
    /** @type {number} */ from,
    /** @type {number} */ to,
    /** @type {number} */ flag,
  ) => {
    for (let unit = from; unit < to; unit += 1) flags[unit] |= flag;
  };
  const put = (/** @type {Range} */ [start, end], /** @type {number} */ flag) => {
    const [from, to] = [lowerBound(own.at, start), lowerBound(own.at, end)];
    const found = Array.from(places.subarray(from, to)).filter((place) => place >= 0);
    for (const [at, place] of found.entries()) {
      const offset = there.at[place];
      // What stands between two letters that follow each other belongs to them.
      const follows = found[at + 1] === place + 1;
      flagged(
        offset,
        follows ? there.at[place + 1] : offset + charLength(layer.text, offset),
        flag,
      );
    }
    return { found: found.length, of: to - from };
  };
  put([passage.start, passage.end], PASSAGE);
  for (const range of occurrences(text, page, words)) put(range, MARK);
  const everywhere = { start: 0, end: flags.length };
  for (const range of occurrences(layer.text, everywhere, words)) flagged(...range, MARK);
  const onPage = highlights.filter(([start, end]) => start < page.end && end > page.start);
  const missing = onPage.filter((range) => {
    const { found, of } = put(range, MARK | PASSAGE);
    if (2 * found >= of) return false;
    // Its surroundings are not to be found; the word itself may be, and stands for it.
    const same = occurrences(layer.text, everywhere, [text.slice(...range)]);
    const free = same.find(([start]) => !(flags[start] & PASSAGE));
    if (free) flagged(...free, MARK | PASSAGE);
    return !free;
  }).length;
  return { runs: layer.starts.map((start, at) => pieces(drawn[at].text, start, flags)), missing };
}

/**
 * @param {string} text
 * @param {number} at
 */
const charLength = (text, at) => String.fromCodePoint(text.codePointAt(at) ?? 0).length;

/** @param {readonly Drawn[]} drawn */
function layerOf(drawn) {
  let text = "";
  const starts = drawn.map((one) => {
    const start = text.length;
    text += one.endsLine ? `${one.text}\n` : one.text;
    return start;
  });
  return { text, starts };
}

/**
 * @param {string} text
 * @param {number} start
 * @param {Uint8Array} flags
 * @returns {Run[]}
 */
function pieces(text, start, flags) {
  /** @type {Run[]} */
  const out = [];
  for (let from = 0; from < text.length; ) {
    const flag = flags[start + from];
    let to = from + 1;
    while (to < text.length && flags[start + to] === flag) to += 1;
    const [mark, passage] = [(flag & MARK) > 0, (flag & PASSAGE) > 0];
    out.push({ text: text.slice(from, to), mark, passage });
    from = to;
  }
  return out;
}

/**
 * The first index whose value is not less.
 *
 * @param {readonly number[]} sorted
 * @param {number} value
 */
function lowerBound(sorted, value) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
