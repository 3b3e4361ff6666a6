// @ts-check
/**
 * Where the texts of a PDF page stand, as its text layer lays them out: shares of the page's
 * width and height, so that they hold at any size.
 */

/**
 * @typedef {object} PageText one run of text
 * @property {string} text
 * @property {boolean} endsLine
 * @property {number} left share of the page's width
 * @property {number} top share of its height
 * @property {number} size font size as a share of the page's width
 * @property {number} stretch how much wider than in `family` it is set; 0 where that is unknown
 * @property {number} angle degrees, clockwise
 * @property {"serif" | "sans-serif" | "monospace"} family
 */

/** Runs of one page; the layer of a page of millions of letters would stop the browser. */
const MOST_RUNS = 20_000;
/** Font size at which widths are measured. */
const MEASURED_AT = 50;
/** Ascent of a font that does not tell its own. */
const ASCENT = 0.8;

/** @typedef {[number, number, number, number, number, number]} Matrix */
/** @typedef {{ str: string, transform: Matrix, width: number, height: number, hasEOL: boolean, fontName: string }} Item */
/** @typedef {{ fontFamily?: string, ascent?: number, descent?: number, vertical?: boolean }} Style */

/**
 * @param {{ items: Item[], styles: Record<string, Style> }} content of pdf.js's `getTextContent`
 * @param {{ width: number, height: number, transform: Matrix }} viewport at scale 1
 * @returns {PageText[]}
 */
export function textsOf({ items, styles }, viewport) {
  const measure = measurer();
  /** @type {PageText[]} */
  const texts = [];
  for (const item of items.slice(0, MOST_RUNS)) {
    // pdf.js marks some ends of lines with items of their own.
    const last = texts.at(-1);
    if (item.str === "") {
      if (last && item.hasEOL) last.endsLine = true;
    } else {
      texts.push(textOf(item, styles[item.fontName] ?? {}, viewport, measure));
    }
  }
  return texts;
}

/**
 * @param {Item} item
 * @param {Style} style
 * @param {{ width: number, height: number, transform: Matrix }} viewport
 * @param {(text: string, family: string) => number} measure
 * @returns {PageText}
 */
function textOf(item, style, { width, height, transform }, measure) {
  const [a, b, c, d, x, y] = product(transform, item.transform);
  const size = Math.hypot(c, d);
  const turn = Math.atan2(b, a) + (style.vertical ? Math.PI / 2 : 0);
  const ascent = size * ascentOf(style);
  const family = familyOf(style);
  const length =
    (style.vertical ? item.height : item.width) * Math.hypot(transform[0], transform[1]);
  const natural = (measure(item.str, family) * size) / MEASURED_AT;
  return {
    text: item.str.toWellFormed(),
    endsLine: item.hasEOL,
    left: (x + ascent * Math.sin(turn)) / width,
    top: (y - ascent * Math.cos(turn)) / height,
    size: size / width,
    stretch: natural > 0 && length > 0 ? length / natural : 0,
    angle: (turn * 180) / Math.PI,
    family,
  };
}

/** @param {Style} style */
function ascentOf({ ascent, descent }) {
  if (ascent && ascent > 0 && ascent <= 1.5) return ascent;
  return descent && descent < 0 && descent > -1 ? 1 + descent : ASCENT;
}

/** @param {Style} style */
function familyOf({ fontFamily }) {
  return fontFamily === "serif" || fontFamily === "monospace" ? fontFamily : "sans-serif";
}

/**
 * Two transformations as one, the second first.
 *
 * @param {Matrix} m
 * @param {Matrix} n
 * @returns {Matrix}
 */
function product(m, n) {
  return [
    m[0] * n[0] + m[2] * n[1],
    m[1] * n[0] + m[3] * n[1],
    m[0] * n[2] + m[2] * n[3],
    m[1] * n[2] + m[3] * n[3],
    m[0] * n[4] + m[2] * n[5] + m[4],
    m[1] * n[4] + m[3] * n[5] + m[5],
  ];
}

function measurer() {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  let current = "";
  return (/** @type {string} */ text, /** @type {string} */ family) => {
    if (!context) return 0;
    if (family !== current) context.font = `${MEASURED_AT}px ${family}`;
    current = family;
    return context.measureText(text).width;
  };
}
