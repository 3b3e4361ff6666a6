// @ts-check
import { html, nothing, repeat } from "../vendor/lit.js";
import { count, milliseconds, number } from "./format.js";
import { hitTemplate } from "./hit.js";

/** @typedef {import("../fossick.js").SearchResult} SearchResult */
/** @typedef {import("./searching.js").Answer} Answer */

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
 * @param {{ active: number, onOpen: (index: number) => void, onMore: () => void, onMode: (mode: "keyword" | "hybrid") => void }} options
 */
export function resultsTemplate(answer, options) {
  const { result, error, ask } = answer;
  if (error) return failure(error);
  if (!result) return nothing;
  const { hits } = result;
  return html`
    ${summary(answer)}
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
    ${hits.length === 0 ? noHits(ask, options.onMode) : nothing}
    ${
      hits.length >= ask.k && result.total > hits.length
        ? html`<button type="button" class="button more" @click=${options.onMore}>Show more</button>`
        : nothing
    }
  `;
}

/** @param {Answer} answer */
function summary({ result, interim }) {
  if (!result) return nothing;
  const { timings } = result;
  const steps = TIMINGS.filter(([key]) => Number.isFinite(timings?.[key]) && timings[key] > 0);
  return html`<details class="timings">
    <summary><span class="number">${found(result)}</span>${timings?.total ? html` in <span class="number">${milliseconds(timings.total)}</span>` : nothing}${interim ? html` by words; meaning follows` : nothing}</summary>
    <p>${steps.map(([key, label]) => html`<span>${label} <span class="number">${milliseconds(timings[key])}</span></span>`)}</p>
  </details>`;
}

/**
 * How much was found: "3 passages", or "Best 20 of 1,204 passages" where more could be shown.
 * @param {SearchResult} result
 */
export function found({ hits, total = 0 }) {
  const all = Math.max(total, hits.length);
  if (all === 0) return "No passage";
  const passages = count(all, "passage");
  return hits.length < all ? `Best ${number(hits.length)} of ${passages}` : passages;
}

/**
 * @param {import("./searching.js").Ask} ask
 * @param {(mode: "keyword" | "hybrid") => void} onMode
 */
function noHits({ query, mode }, onMode) {
  return html`<div class="no-hits">
    <p>Nothing holds <strong>${query.trim()}</strong>.</p>
    ${
      mode === "keyword"
        ? html`<p class="quiet">Try fewer or other words, or <button type="button" class="text-button" @click=${() => onMode("hybrid")}>search by meaning as well</button>.</p>`
        : html`<p class="quiet">Try fewer or other words.</p>`
    }
  </div>`;
}

/** @param {Error & { hint?: string }} error */
function failure(error) {
  return html`<div class="message danger" role="alert">
    <p><strong>This search did not work.</strong> ${error.message}</p>
    ${error.hint ? html`<p class="quiet">${error.hint}</p>` : nothing}
  </div>`;
}
