// @ts-check
import { html, nothing, repeat } from "../vendor/lit.js";
import { barTemplate } from "./answer-bar.js";
import "./facets.js";
import { hitTemplate } from "./hit.js";
import { filters, without } from "./query-filters.js";

/** @typedef {import("./searching.js").Answer} Answer */
/**
 * @typedef {object} Options
 * @property {number} active index of the hit that the keys have reached, -1 for none
 * @property {boolean} adding whether files are being added
 * @property {(index: number) => void} onOpen
 * @property {() => void} onMore
 * @property {() => void} onExplain
 * @property {(copy: import("../fossick.js").NearCopy, hit: import("../fossick.js").Hit) => void} onCopy
 * @property {string} query what is in the box now
 * @property {(hit: import("../fossick.js").Hit) => string} fact what the hits are sorted by
 * @property {(change: import("./asking.js").Change) => void} onChange
 */

/**
 * The answer to the query in the box: the count and timings, the hits, or why there are none.
 * @param {Answer} answer
 * @param {Options} options
 */
export function resultsTemplate(answer, options) {
  const { result, error, ask } = answer;
  if (error) return failure(error);
  if (!result) return nothing;
  const { hits } = result;
  return html`
    <h1 class="visually-hidden">Results for ${ask.query.trim()}</h1>
    ${barTemplate(answer, options.onChange)}
    <facet-panel .query=${options.query} .facets=${result.facets} .more=${result.moreFacets} .problems=${ask.query === options.query ? result.problems : []}
      @query=${(/** @type {CustomEvent} */ e) => options.onChange({ query: e.detail })}></facet-panel>
    ${closest(answer)}
    <ol id="hits" class="hits" aria-label="Results">
      ${repeat(
        hits,
        (hit) => hit.id,
        (hit, index) =>
          hitTemplate(hit, index, {
            active: index === options.active,
            fact: options.fact(hit),
            onOpen: () => options.onOpen(index),
            onExplain: options.onExplain,
            onCopy: (copy) => options.onCopy(copy, hit),
          }),
      )}
    </ol>
    ${hits.length === 0 ? noHits(answer, options) : nothing}
    ${
      hits.length >= ask.k && howMany(answer) > hits.length
        ? html`<button type="button" class="button more" @click=${options.onMore}>Show more</button>`
        : nothing
    }
  `;
}

/**
 * Says so when only meaning has found anything: such hits are near, not sure.
 * @param {Answer} answer
 */
function closest({ ask, result, interim }) {
  const hits = result?.hits ?? [];
  if (ask.mode !== "hybrid" || interim || hits.length === 0) return nothing;
  if (hits.some(({ legs }) => legs.keyword)) return nothing;
  return html`<p class="closest">No passage holds these words. The closest in meaning:</p>`;
}

/**
 * @param {Answer} answer
 * @param {Options} options
 */
function noHits({ ask: { query, mode, operator }, interim }, { adding, onChange }) {
  if (interim)
    return html`<p class="no-hits quiet">No passage holds these words. Searching by meaning…</p>`;
  const words = filters(query).reduceRight(without, query);
  return html`<div class="no-hits">
    <p>${mode === "keyword" ? "No passage holds" : "Nothing found for"} <strong>${query.trim()}</strong>.</p>
    <p class="quiet">${
      adding
        ? "Files are still being added; what they hold appears here as they come."
        : operator === "all"
          ? html`Every word is asked for. <button type="button" class="text-button" @click=${() => onChange({ operator: "any" })}>Search for any of them</button>.`
          : words.trim() && words !== query
            ? html`The filters may let nothing through. <button type="button" class="text-button" @click=${() => onChange({ query: words })}>Search without them</button>.`
            : mode === "keyword"
              ? html`Try fewer or other words, or <button type="button" class="text-button" @click=${() => onChange({ mode: "hybrid" })}>search by meaning as well</button>.`
              : "Try fewer or other words."
    }</p>
  </div>`;
}

/**
 * What there is in all: passages, or documents where each stands once.
 * @param {Answer} answer
 */
function howMany({ ask, result }) {
  return (ask.sort === "relevance" ? result?.total : result?.documents) ?? 0;
}

/** @param {Error & { hint?: string }} error */
function failure(error) {
  return html`<div class="message danger" role="alert">
    <p><strong>This search did not work.</strong> ${error.message}</p>
    ${error.hint ? html`<p class="quiet">${error.hint}</p>` : nothing}
  </div>`;
}
