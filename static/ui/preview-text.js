// @ts-check
/** The text of a document as the preview shows it: pages and tables, or lines of code. */
import { html, nothing } from "../vendor/lit.js";
import { isCode, pageWord } from "./address.js";
import { markdownBlocks } from "./markdown-blocks.js";
import { around, linesOf, occurrences, pagesOf, runsOf, union } from "./passage.js";
import { runTemplate } from "./runs.js";

/** @typedef {import("./passage.js").Run} Run */
/** @typedef {import("./passage.js").Sought} Sought */

/** Families in whose texts a tab is a tab. */
const PLAIN = new Set(["text", "markdown", "code", "chunk", "pdf"]);

/**
 * The stretch around the passage, with its matches and the same words elsewhere marked.
 *
 * @param {{ kind: string, path: string }} document
 * @param {Sought} sought
 * @param {{ earlier: number, later: number }} shown characters before and after the passage
 * @param {(more: { earlier?: boolean, later?: boolean }) => void} onMore
 */
export function textTemplate({ kind, path }, { text, passage, highlights, words }, shown, onMore) {
  const span = around(text, passage, shown.earlier, shown.later);
  const marks = union(highlights, occurrences(text, span, words));
  return html`
    ${span.start > 0 ? moreTemplate("Show earlier text", () => onMore({ earlier: true })) : nothing}
    ${bodyTemplate({ kind, path }, text, span, passage, marks)}
    ${span.end < text.length ? moreTemplate("Show later text", () => onMore({ later: true })) : nothing}
  `;
}

/**
 * @param {{ kind: string, path: string }} document
 * @param {string} text
 * @param {import("./passage.js").Span} span
 * @param {import("./passage.js").Span} passage
 * @param {import("./pieces.js").Range[]} marks
 */
function bodyTemplate({ kind, path }, text, span, passage, marks) {
  if (kind === "markdown") {
    const blocks = markdownBlocks(text, span, marks, (part) => runsOf(text, part, passage, marks));
    return html`<div class="prose markdown">${blocks.map(blockTemplate)}</div>`;
  }
  if (kind === "code" || isCode(path)) return codeTemplate(linesOf(text, span, passage, marks));
  return proseTemplate(pagesOf(text, span, passage, marks, !PLAIN.has(kind)), pageWord(path));
}

/** @param {import("./markdown-blocks.js").Shown} block */
function blockTemplate(block) {
  if (block.kind === "table") return tableTemplate(block.rows);
  const { kind, level, sign } = block;
  const runs = block.runs.map(runTemplate);
  if (kind === "rule") return html`<hr>`;
  if (kind === "code") return html`<pre>${runs}</pre>`;
  if (kind === "heading") {
    return html`<p class="heading level-${level}" role="heading" aria-level=${Math.min(level + 2, 6)} dir="auto">${runs}</p>`;
  }
  const deep = `${kind} level-${Math.min(level, 5)}`;
  return html`<p class=${deep} dir="auto">${sign ? html`<span class="sign">${sign}</span>` : nothing}${runs}</p>`;
}

/**
 * @param {string} label
 * @param {() => void} onClick
 */
function moreTemplate(label, onClick) {
  return html`<button type="button" class="button small more" @click=${onClick}>${label}</button>`;
}

/**
 * @param {import("./passage.js").Page[]} pages
 * @param {string} word what a page is called
 */
function proseTemplate(pages, word) {
  const title = word[0]?.toUpperCase() + word.slice(1);
  return pages.map(
    ({ number, parts }) => html`<div class="page">
      ${number === null ? nothing : html`<p class="page-number"><span>${title} ${number}</span></p>`}
      ${parts.map((part) => ("rows" in part ? tableTemplate(part.rows) : html`<div class="prose" dir="auto">${part.runs.map(runTemplate)}</div>`))}
    </div>`,
  );
}

/** @param {Run[][][]} rows */
function tableTemplate(rows) {
  return html`<div class="table-scroll"><table class="cells"><tbody>
    ${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td dir="auto">${cell.map(runTemplate)}</td>`)}</tr>`)}
  </tbody></table></div>`;
}

/** @param {import("./passage.js").Line[]} lines */
function codeTemplate(lines) {
  return html`<div class="code-text">${lines.map(
    ({ number, runs, passage }) =>
      html`<div class="line ${passage ? "here" : ""}"><span class="line-number" aria-hidden="true">${number}</span><code>${runs.length ? runs.map(runTemplate) : "\n"}</code></div>`,
  )}</div>`;
}
