// @ts-check
/** The line above the hits: how much was found, in which order, by any or all of the words. */
import { html, nothing } from "../vendor/lit.js";
import { shownIn } from "./copies.js";
import { count, milliseconds, number } from "./format.js";

/** @typedef {import("./searching.js").Answer} Answer */
/** @typedef {import("../fossick.js").Sort} Sort */
/** @typedef {{ sort?: Sort, operator?: "any" | "all", rerank?: boolean }} Change */

/** @type {readonly { sort: Sort, label: string }[]} */
const SORTS = [
  { sort: "relevance", label: "Relevance" },
  { sort: "date", label: "Newest" },
  { sort: "name", label: "Name" },
  { sort: "size", label: "Largest" },
];

const TIMINGS = /** @type {const} */ ([
  ["parse", "query"],
  ["embed", "embedding"],
  ["keyword", "words"],
  ["vector", "meaning"],
  ["fuse", "fusion"],
  ["facets", "facets"],
  ["fetch", "text"],
  ["rerank", "reranking"],
]);

/**
 * @param {Answer} answer
 * @param {(change: Change) => void} onChange
 */
export function barTemplate(answer, onChange) {
  const { sort, operator, rerank } = answer.ask;
  return html`<div class="answer-bar">
    ${summary(answer)}
    <div class="answer-options">
      ${rerank === null || sort !== "relevance" ? nothing : rerankSwitch(rerank, onChange)}
      <label class="all-words" title="Only what holds every word; otherwise any word is enough, and what holds more of them comes first">
        <input type="checkbox" role="switch" .checked=${operator === "all"} @change=${(
          /** @type {Event} */ e,
        ) =>
          onChange({
            operator: /** @type {HTMLInputElement} */ (e.target).checked ? "all" : "any",
          })}>
        <span>All words</span>
      </label>
      <label class="sort"><span class="visually-hidden">Sort by</span>
        <select @change=${(/** @type {Event} */ e) => onChange({ sort: /** @type {Sort} */ (/** @type {HTMLSelectElement} */ (e.target).value) })}>
          ${SORTS.map((each) => html`<option value=${each.sort} .selected=${each.sort === sort}>${each.label}</option>`)}
        </select>
      </label>
    </div>
  </div>`;
}

/**
 * @param {boolean} isOn
 * @param {(change: Change) => void} onChange
 */
function rerankSwitch(isOn, onChange) {
  return html`<label class="all-words" title="A model reads your question with each of the best hits and orders them anew; without a GPU that takes seconds">
    <input type="checkbox" role="switch" .checked=${isOn} @change=${(/** @type {Event} */ e) => onChange({ rerank: /** @type {HTMLInputElement} */ (e.target).checked })}>
    <span>Rerank</span>
  </label>`;
}

/** @param {Answer} answer */
function summary(answer) {
  const { result, interim } = answer;
  if (!result) return nothing;
  const { timings } = result;
  const steps = TIMINGS.filter(([key]) => (timings?.[key] ?? 0) > 0);
  return html`<details class="timings">
    <summary><span class="number">${found(answer)}</span>${timings?.total ? html` in <span class="number">${milliseconds(timings.total)}</span>` : nothing}${interim ? html` by words; meaning follows` : nothing}</summary>
    <p>${steps.map(([key, label]) => html`<span>${label} <span class="number">${milliseconds(timings[key] ?? 0)}</span></span>`)}</p>
  </details>`;
}

/**
 * How much was found: "3 passages", "Best 20 of 1,204 passages". Meaning is a matter of degree,
 * every passage has some: there only the best are counted. In another order than by relevance
 * each document stands once, and documents are counted. What is folded into a hit, as the same or
 * nearly the same, is there as well.
 * @param {Answer} answer
 */
export function found({ ask, result, interim }) {
  const hits = result?.hits.length ?? 0;
  if (ask.sort !== "relevance") {
    const documents = Math.max(result?.documents ?? 0, hits);
    if (documents === 0) return "No document";
    const all = count(documents, "document");
    return documents === hits ? all : `${number(hits)} of ${all}`;
  }
  const total = Math.max(result?.total ?? 0, hits);
  if (total === 0) return "No passage";
  if (shownIn(result?.hits ?? []) >= total) return count(total, "passage");
  const best = `Best ${number(hits)}`;
  return ask.mode === "keyword" || interim
    ? `${best} of ${count(total, "passage")}`
    : `${best} passages`;
}
