// @ts-check
/** What the page shows of a query beside its text: its filters, and what is odd about it. */
import { html, nothing } from "../vendor/lit.js";
import { corrections, oddStretch } from "./complaint.js";
import { icon } from "./icons.js";
import { filters } from "./query-filters.js";

/** @typedef {import("./complaint.js").Odd} Odd */
/** @typedef {import("./query-filters.js").Filter} Filter */

/**
 * The filters as chips, without those that turned out to be none.
 * @param {string} query
 * @param {Odd | null} odd
 * @param {(filter: Filter, index: number, event: MouseEvent) => void} onRemove
 */
export function filtersTemplate(query, odd, onRemove) {
  const wrong = odd?.query === query ? odd.problems : [];
  const found = filters(query).filter(
    ({ start, end }) => !wrong.some((problem) => problem.start < end && problem.end > start),
  );
  if (found.length === 0) return nothing;
  return html`<ul class="filters" aria-label="Filters">${found.map((filter, index) => {
    const { field, value } = parts(filter.text);
    return html`<li class="filter">
      <span title=${filter.text}><span class="filter-field">${field}</span>${value}</span>
      <button type="button" aria-label="Remove the filter ${filter.text}" title="Remove" @click=${(/** @type {MouseEvent} */ e) => onRemove(filter, index, e)}>${icon("close")}</button>
    </li>`;
  })}</ul>`;
}

/**
 * `parts("-type:pdf")` is `{ field: "-type:", value: "pdf" }`.
 * @param {string} text
 */
function parts(text) {
  const at = text.search(/[:<>=]/u) + (/[<>=]/u.test(text.replace(/:.*/su, "")) ? 0 : 1);
  return { field: text.slice(0, at), value: text.slice(at) };
}

/**
 * The text of the box again, unseen, with a line under what is odd.
 * @param {string} query
 * @param {Odd | null} odd
 */
export function underlineTemplate(query, odd) {
  const stretch = oddStretch(query, odd);
  if (!stretch) return nothing;
  const [start, end] = stretch;
  return html`<div class="underline" aria-hidden="true">${query.slice(0, start)}<u>${query.slice(start, end)}</u>${query.slice(end)} </div>`;
}

/**
 * @typedef {object} Acts
 * @property {boolean} isLower whether suggestions stand in the line, and it begins below them
 * @property {(query: string) => void} onReplace
 * @property {() => void} onExactly
 */

/**
 * What there is to say of the query in a line. It stands there empty before, so that it is read
 * out when it comes.
 * @param {Odd | null} odd
 * @param {Acts} acts
 */
export function problemTemplate(odd, acts) {
  const line = odd && lineTemplate(odd, acts);
  return html`<p id="query-problem" class="query-problem ${acts.isLower ? "lower" : ""}" role="status">${
    line
      ? html`<span class="query-problem-line">${icon("info")}<span>${line}</span></span>`
      : nothing
  }</p>`;
}

/**
 * @param {Odd} odd
 * @param {Acts} acts
 */
function lineTemplate({ query, problems, corrected = [], meant = "" }, { onReplace, onExactly }) {
  const [first] = problems;
  if (first) return html`${first.message} <span class="query-hint">${first.hint}</span>`;
  const unknown = corrected.filter(({ known }) => !known);
  const wrong = unknown.length > 0 ? unknown : corrected;
  const choices = corrections(query, wrong);
  if (choices.length > 0) {
    const words = choices.map(({ text, words }) => button(words, () => onReplace(text)));
    const from = wrong.length === 1 ? (wrong[0]?.from ?? "") : query.trim();
    if (unknown.length === 0) {
      return html`Also showing results for ${joined(words)}. <span class="query-hint">Search only for ${button(from, onExactly)}</span>`;
    }
    return html`Showing results for ${joined(words)}. <span class="query-hint">Search instead for ${button(from, onExactly)}</span>`;
  }
  return meant ? html`Did you mean ${button(meant.trim(), () => onReplace(meant))}?` : null;
}

/**
 * @param {string} text
 * @param {() => void} onClick
 */
const button = (text, onClick) =>
  html`<button type="button" class="text-button" @click=${onClick}>${text}</button>`;

/**
 * "a, b or c".
 * @param {readonly unknown[]} parts
 */
const joined = (parts) =>
  parts.map((part, at) => [at === 0 ? "" : at === parts.length - 1 ? " or " : ", ", part]);
