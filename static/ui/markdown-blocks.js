// @ts-check
/**
 * Markdown as it reads: headings, items, quotes, code, tables. Pure; offsets are UTF-16 code
 * units of the document's text. What is marked is never taken out, signs of markup or not.
 */

/** @typedef {import("./passage.js").Run} Run */
/** @typedef {import("./passage.js").Span} Span */
/** @typedef {import("./pieces.js").Range} Range */
/** @typedef {(span: Span) => Run[]} Cut the runs of a span */
/**
 * @typedef {object} Block
 * @property {"heading" | "item" | "quote" | "code" | "rule" | "text"} kind
 * @property {number} level of a heading from 1, of an item or a quote from 0
 * @property {string} sign of an item: "•", "3.", "☐", "☑"; else empty
 * @property {Run[]} runs
 */
/** @typedef {Block | { kind: "table", rows: Run[][][] }} Shown */

const FENCE = /^[ \t>]*(`{3,}|~{3,})/u;
const HEADING = /^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$/u;
const UNDERLINE = /^ {0,3}(=+|-+)[ \t]*$/u;
const RULE = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/u;
const ITEM = /^([ \t]*)(?:[-*+]|(\d{1,9})[.)])[ \t]+(?:\[([ xX])\][ \t]+)?/u;
const QUOTE = /^[ \t]*((?:>[ \t]?)+)/u;
const TABLE_LINE = /^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*$/u;

/** Signs within a line; what is in the groups goes. */
const SIGNS = [
  /(!?\[)[^\]\n]*(\]\((?:[^()\s]|\([^()\s]*\))*(?:\s+"[^"\n]*")?\))/dgu,
  /(?<![\w*\\])(\*\*|__)(?=\S)[^\n]{1,400}?(?<=\S)(\1)(?!\w)/dgu,
  /(?<![\w*\\_])([*_])(?=[^\s*_])[^*_\n]{1,400}?(?<=[^\s*_])(\1)(?![\w*])/dgu,
  /(?<!`)(`{1,2})[^`\n]+(\1)(?!`)/dgu,
  /(\\)[!-/:-@[-`{-~]/dgu,
];

/**
 * @param {string} text
 * @param {Span} span
 * @param {readonly Range[]} marks
 * @param {Cut} cut
 * @returns {Shown[]}
 */
export function markdownBlocks(text, span, marks, cut) {
  const lines = linesOf(text, span);
  /** @type {Shown[]} */
  const out = [];
  let fence = openFence(text.slice(0, span.start));
  for (let at = frontMatter(out, text, lines, cut); at < lines.length; at += 1) {
    const { start, end } = lines[at];
    const line = text.slice(start, end);
    const found = FENCE.exec(line)?.[1] ?? "";
    if (fence) {
      if (found.startsWith(fence)) fence = "";
      else code(out, cut({ start, end: Math.min(end + 1, span.end) }));
    } else if (found) {
      fence = found;
      out.push({ kind: "code", level: 0, sign: "", runs: [] });
    } else if (TABLE_LINE.test(textOf(text, lines[at + 1])) && line.includes("|")) {
      const rows = [lines[at]];
      for (at += 2; textOf(text, lines[at]).includes("|"); at += 1) rows.push(lines[at]);
      at -= 1;
      out.push({ kind: "table", rows: rows.map((row) => cells(text, row, marks, cut)) });
    } else {
      at += prose(out, text, lines, at, (from, to) => inline(text, from, to, marks, cut));
    }
  }
  return out.filter((one) => one.kind === "table" || one.kind === "rule" || one.runs.length > 0);
}

/**
 * What stands between two rules at the very beginning is no prose.
 *
 * @param {Shown[]} out
 * @param {string} text
 * @param {readonly Span[]} lines
 * @param {Cut} cut
 * @returns {number} lines that it takes
 */
function frontMatter(out, text, lines, cut) {
  if (lines[0].start > 0 || textOf(text, lines[0]).trimEnd() !== "---") return 0;
  const close = lines.findIndex(
    (line, at) => at > 0 && /^(?:---|\.\.\.)\s*$/u.test(textOf(text, line)),
  );
  if (close < 2) return 0;
  code(out, cut({ start: lines[1].start, end: lines[close - 1].end }));
  return close + 1;
}

/**
 * A line that is neither code nor a table.
 *
 * @param {Shown[]} out
 * @param {string} text
 * @param {readonly Span[]} lines
 * @param {number} at
 * @param {(from: number, to: number) => Run[]} runs
 * @returns {number} further lines that belong to it
 */
function prose(out, text, lines, at, runs) {
  const { start, end } = lines[at];
  const line = text.slice(start, end);
  const add = (/** @type {Block["kind"]} */ kind, level = 0, from = start, to = end, sign = "") =>
    out.push({ kind, level, sign, runs: runs(from, to) });
  const last = out.at(-1);
  const heading = HEADING.exec(line);
  const item = ITEM.exec(line);
  const quote = QUOTE.exec(line);
  const under = UNDERLINE.exec(textOf(text, lines[at + 1]));
  if (!line.trim()) {
    out.push({ kind: "text", level: 0, sign: "", runs: [] });
  } else if (heading) {
    const from = start + line.indexOf(heading[2], line.indexOf("#") + heading[1].length);
    add("heading", heading[1].length, from, from + heading[2].length);
  } else if (RULE.test(line)) {
    out.push({ kind: "rule", level: 0, sign: "", runs: [] });
  } else if (item) {
    const [all, indent, number, box] = item;
    const sign = box ? (box === " " ? "☐" : "☑") : number ? `${number}.` : "•";
    add(
      "item",
      Math.floor(indent.replaceAll("\t", "    ").length / 2),
      start + all.length,
      end,
      sign,
    );
  } else if (quote) {
    add("quote", quote[1].replace(/[^>]/gu, "").length - 1, start + quote[0].length);
  } else if (under && (last?.kind !== "text" || last.runs.length === 0)) {
    add("heading", under[1].startsWith("=") ? 1 : 2);
    return 1;
  } else if (last && (last.kind === "text" || last.kind === "item") && last.runs.length > 0) {
    last.runs.push({ text: "\n", mark: false, passage: false }, ...runs(start, end));
  } else {
    add("text");
  }
  return 0;
}

/**
 * @param {Shown[]} out
 * @param {Run[]} runs
 */
function code(out, runs) {
  const last = out.at(-1);
  if (last?.kind === "code") last.runs.push(...runs);
  else out.push({ kind: "code", level: 0, sign: "", runs });
}

/**
 * The runs of a stretch of prose without its signs.
 *
 * @param {string} text
 * @param {number} from
 * @param {number} to
 * @param {readonly Range[]} marks
 * @param {Cut} cut
 * @returns {Run[]}
 */
function inline(text, from, to, marks, cut) {
  const line = text.slice(from, to);
  /** @type {Range[]} */
  const gone = [];
  for (const pattern of SIGNS) {
    for (const match of line.matchAll(pattern)) {
      for (const group of match.indices?.slice(1) ?? []) {
        if (group) gone.push([from + group[0], from + group[1]]);
      }
    }
  }
  const seen = gone
    .filter(([a, b]) => !marks.some(([start, end]) => start < b && end > a))
    .sort((a, b) => a[0] - b[0]);
  /** @type {Run[]} */
  const out = [];
  let at = from;
  for (const [a, b] of seen) {
    if (a > at) out.push(...cut({ start: at, end: a }));
    at = Math.max(at, b);
  }
  if (at < to) out.push(...cut({ start: at, end: to }));
  return out;
}

/**
 * @param {string} text
 * @param {Span} row
 * @param {readonly Range[]} marks
 * @param {Cut} cut
 */
function cells(text, row, marks, cut) {
  const line = text.slice(row.start, row.end);
  const inner = /^[ \t]*\|?(.*?)\|?[ \t]*$/u.exec(line)?.[1] ?? line;
  let at = row.start + line.indexOf(inner);
  return inner.split(/(?<!\\)\|/u).map((cell) => {
    const from = at + (cell.length - cell.trimStart().length);
    const runs = inline(text, from, from + cell.trim().length, marks, cut);
    at += cell.length + 1;
    return runs;
  });
}

/**
 * @param {string} text
 * @param {Span} span
 * @returns {Span[]}
 */
function linesOf(text, span) {
  const lines = [];
  for (let start = span.start; start <= span.end; ) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 || newline > span.end ? span.end : newline;
    lines.push({ start, end });
    start = end + 1;
  }
  return lines;
}

/**
 * @param {string} text
 * @param {Span | undefined} line
 */
const textOf = (text, line) => (line ? text.slice(line.start, line.end) : "");

/**
 * The fence that is open at the end of a text, empty for none.
 *
 * @param {string} text
 */
function openFence(text) {
  let fence = "";
  for (const [, found] of text.matchAll(/^[ \t>]*(`{3,}|~{3,})/gmu)) {
    if (!fence) fence = found;
    else if (found.startsWith(fence)) fence = "";
  }
  return fence;
}
