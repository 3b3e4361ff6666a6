// @ts-check
import { html, nothing, repeat } from "../vendor/lit.js";
import { count, milliseconds, number } from "./format.js";
import { hitTemplate } from "./hit.js";

/** @typedef {import("./searching.js").Answer} Answer */
/**
 * @typedef {object} Options
 * @property {number} active index of the hit that the keys have reached, -1 for none
 * @property {boolean} adding whether files are being added
 * @property {(index: number) => void} onOpen
 * @property {() => void} onMore
 * @property {(mode: import("./searching.js").Mode) => void} onMode
 */

const TIMINGS = /** @type {const} */ ([
  ["parse", "query"],
  ["embed", "embedding"],
  ["keyword", "words"],
  ["vector", "meaning"],
  ["fuse", "fusion"],
  ["fetch", "text"],
]);

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
    ${summary(answer)} ${closest(answer)}
    <ol id="hits" class="hits" aria-label="Results">
      ${repeat(
        hits,
        (hit) => hit.id,
        (hit, index) =>
          hitTemplate(hit, index, {
            active: index === options.active,
            onOpen: () => options.onOpen(index),
          }),
      )}
    </ol>
    ${hits.length === 0 ? noHits(answer, options) : nothing}
    ${
      hits.length >= ask.k && result.total > hits.length
        ? html`<button type="button" class="button more" @click=${options.onMore}>Show more</button>`
        : nothing
    }
  `;
}

/** @param {Answer} answer */
function summary(answer) {
  const { result, interim } = answer;
  if (!result) return nothing;
  const { timings } = result;
  const steps = TIMINGS.filter(([key]) => Number.isFinite(timings?.[key]) && timings[key] > 0);
  return html`<details class="timings">
    <summary><span class="number">${found(answer)}</span>${timings?.total ? html` in <span class="number">${milliseconds(timings.total)}</span>` : nothing}${interim ? html` by words; meaning follows` : nothing}</summary>
    <p>${steps.map(([key, label]) => html`<span>${label} <span class="number">${milliseconds(timings[key])}</span></span>`)}</p>
  </details>`;
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
 * How much was found: "3 passages", "Best 20 of 1,204 passages". Meaning is a matter of degree,
 * every passage has some: there only the best are counted.
 * @param {Answer} answer
 */
export function found({ ask, result, interim }) {
  const hits = result?.hits.length ?? 0;
  const total = Math.max(result?.total ?? 0, hits);
  if (total === 0) return "No passage";
  if (hits === total) return count(total, "passage");
  const best = `Best ${number(hits)}`;
  return ask.mode === "keyword" || interim
    ? `${best} of ${count(total, "passage")}`
    : `${best} passages`;
}

/**
 * @param {Answer} answer
 * @param {Options} options
 */
function noHits({ ask: { query, mode }, interim }, { adding, onMode }) {
  if (interim)
    return html`<p class="no-hits quiet">No passage holds these words. Searching by meaning…</p>`;
  return html`<div class="no-hits">
    <p>${mode === "keyword" ? "No passage holds" : "Nothing found for"} <strong>${query.trim()}</strong>.</p>
    <p class="quiet">${
      adding
        ? "Files are still being added; what they hold appears here as they come."
        : mode === "keyword"
          ? html`Try fewer or other words, or <button type="button" class="text-button" @click=${() => onMode("hybrid")}>search by meaning as well</button>.`
          : "Try fewer or other words."
    }</p>
  </div>`;
}

/** @param {Error & { hint?: string }} error */
function failure(error) {
  return html`<div class="message danger" role="alert">
    <p><strong>This search did not work.</strong> ${error.message}</p>
    ${error.hint ? html`<p class="quiet">${error.hint}</p>` : nothing}
  </div>`;
}
