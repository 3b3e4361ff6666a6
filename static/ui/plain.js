// @ts-check
/**
 * A passage as it reads: on one line, without the signs of its markup, its matches still marked.
 *
 * A text on its way is a `Traced`: every character knows where it stood in the passage, so that
 * the ranges of the matches can be told at the end whatever was taken out or put in.
 */

/** @typedef {[number, number]} Range Start inclusive, end exclusive. */
/** @typedef {{ text: string, origin: number[] }} Traced -1 is the origin of what was put in. */
/** @typedef {readonly [pattern: RegExp, before?: string, after?: string]} Rule */
/**
 * @typedef {object} Look
 * @property {boolean} [markdown] whether the signs of Markdown are taken out
 * @property {readonly string[]} [known] what stands above the excerpt already: title, headings
 */

/** Inside emphasis: anything but its own sign and an empty line. */
const inside = (/** @type {string} */ sign) => `((?:[^${sign}\\n]|\\n(?!\\s*\\n)){1,300}?)`;
const emphasis = (/** @type {string} */ sign, /** @type {string} */ not) =>
  new RegExp(`(?<![\\w\`\\\\${not}])${sign}(?=\\S)${inside(not)}(?<=\\S)${sign}(?![\\w\`])`, "dgu");

/**
 * What a pattern matches becomes `before`, its first group, `after`. In order: what holds no
 * words at all, then blocks, then what stands inside a line.
 *
 * @type {readonly Rule[]}
 */
const MARKDOWN = [
  [/<!--[\s\S]*?(?:-->|$(?![\s\S]))/dgu],
  [/^[ \t>]*(?:`{3,}|~{3,}).*$/dgmu],
  [/^[ \t]*\[[^\]\n]+\]:[ \t]+\S.*$/dgmu], // target of a reference
  [/^[ \t>]*(?:\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?|=+|\*{3,})[ \t]*$/dgmu],
  [/^<\/?[A-Za-z][\w-]*(?:\s+[\w-]+=(?:"[^"]*"|'[^']*'))*\s*\/?>[ \t]*$/dgmu],
  [/<\/?(?:a|b|br|code|div|em|i|img|kbd|p|small|span|strong|sub|sup)(?:\s[^<>]*)?\/?>/dgiu],
  [/^[ \t]*(?:>[ \t]?)+/dgmu],
  [/(?<=^[ \t]*\|.*)[ \t]*\|[ \t]*(?=[^\s|])/dgmu, " · "], // between the cells of a row
  [/^[ \t]*\|[ \t]*(.*?)[ \t|]*$/dgmu, "", "\n\n"],
  [/^[ \t]{0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$/dgmu, "", " ·\n"],
  [/^[ \t]*[-*+][ \t]+(?:\[[ xX]\][ \t]+)?/dgmu, "• "],
  [/!\[([^\]]*)\]\([^)\s]*(?:\s+"[^"]*")?\)/dgu],
  [/\[([^\]\n]+)\](?:\((?:[^()\s]|\([^()\s]*\))*(?:\s+"[^"]*")?\)|\[[^\]\n]*\])/dgu],
  [emphasis("\\*\\*", "*")],
  [emphasis("__", "_")],
  [emphasis("\\*", "*")],
  [emphasis("_", "_")],
  [/(?<!`)`{1,2}([^`\n]+)`{1,2}(?!`)/dgu],
  [/\\([!-/:-@[-`{-~])/dgu],
];

/** Signs of headings, in whatever text; a paragraph without a full stop; white space. */
const HEADING = /** @type {Rule} */ ([/(?<=^|\n)#{1,6} ([^\n]+)/dgu, "", " ·\n"]);
const FOLDS = /** @type {readonly Rule[]} */ ([
  [/(?<=[\p{L}\p{N})])\s*\n\s*\n\s*/dgu, " · "],
  [/\s+/dgu, " "],
  [/(?:^ (?=\S)| ?·? ?$)/dgu],
  [/( ·)(?: ·)+(?= )/dgu],
]);

/**
 * `plain("## Chain\n\nOil *it*.", [[10, 13]])` is "Chain · Oil it." with "Oil" marked.
 *
 * @param {string} text
 * @param {readonly Range[]} ranges in order, not overlapping
 * @param {Look} [look]
 * @returns {{ text: string, ranges: Range[] }}
 */
export function plain(text, ranges, { markdown = false, known = [] } = {}) {
  /** @type {Traced} */
  let traced = { text, origin: Array.from({ length: text.length }, (_, at) => at) };
  for (const rule of markdown ? MARKDOWN : [HEADING]) traced = edited(traced, rule);
  traced = withoutKnown(traced, known, ranges);
  for (const rule of FOLDS) traced = edited(traced, rule);
  return { text: traced.text, ranges: placed(traced.origin, ranges) };
}

/**
 * @param {Traced} traced
 * @param {Rule} rule
 * @returns {Traced}
 */
function edited({ text, origin }, [pattern, before = "", after = ""]) {
  let out = "";
  /** @type {number[]} */
  const from = [];
  let at = 0;
  const keep = (/** @type {number} */ start, /** @type {number} */ end) => {
    out += text.slice(start, end);
    for (let i = start; i < end; i += 1) from.push(origin[i] ?? -1);
  };
  const put = (/** @type {string} */ sign) => {
    out += sign;
    for (let i = 0; i < sign.length; i += 1) from.push(-1);
  };
  for (const match of text.matchAll(pattern)) {
    keep(at, match.index);
    put(before);
    const group = match.indices?.[1];
    if (group) keep(...group);
    put(after);
    at = match.index + match[0].length;
  }
  if (at === 0) return { text, origin };
  keep(at, text.length);
  return { text: out, origin: from };
}

/**
 * Without the lines at the top that only repeat what stands above the excerpt, as long as a
 * match is left to be seen.
 *
 * @param {Traced} traced
 * @param {readonly string[]} known
 * @param {readonly Range[]} ranges
 * @returns {Traced}
 */
function withoutKnown(traced, known, ranges) {
  const names = new Set(known.map(bare));
  let { text, origin } = traced;
  for (;;) {
    const line = /^\s*([^\n]*\S)[ \t]*(?:\n\s*|$)/u.exec(text);
    if (!line?.[1] || !names.has(bare(line[1]))) break;
    [text, origin] = [text.slice(line[0].length), origin.slice(line[0].length)];
  }
  const whole = placed(traced.origin, ranges).length === 0 || placed(origin, ranges).length > 0;
  return text.trim() && whole ? { text, origin } : traced;
}

/**
 * A line as it is compared: without case, white space and the dot behind a heading.
 * @param {string} line
 */
const bare = (line) => line.replace(/ ·$/u, "").replace(/\s+/gu, " ").trim().toLowerCase();

/**
 * Where the ranges stand now; those that were taken out are gone.
 * @param {readonly number[]} origin
 * @param {readonly Range[]} ranges
 * @returns {Range[]}
 */
function placed(origin, ranges) {
  /** @type {Map<number, Range>} */
  const out = new Map();
  let next = 0;
  for (const [at, from] of origin.entries()) {
    if (from < 0) continue;
    while (next < ranges.length && (ranges[next]?.[1] ?? 0) <= from) next += 1;
    if (next === ranges.length) break;
    if (from < (ranges[next]?.[0] ?? 0)) continue;
    const range = out.get(next);
    if (range) range[1] = at + 1;
    else out.set(next, [at, at + 1]);
  }
  return [...out.values()];
}
