// @ts-check
/** "Why this hit": what either leg says of it, and what of the query it holds. */
import { html, nothing } from "../vendor/lit.js";
import { digits, found } from "./shares.js";

/** @typedef {import("../fossick.js").Hit} Hit */

const LEGS = /** @type {const} */ ([
  ["keyword", "Words", "not found by words"],
  ["vector", "Meaning", "not among the nearest"],
]);

/**
 * What words add is worked out when somebody first asks why.
 * @param {Hit} hit
 * @param {() => void} onExplain
 */
export function whyTemplate(hit, onExplain) {
  const opened = (/** @type {Event} */ event) => {
    const { open } = /** @type {HTMLDetailsElement} */ (event.target);
    if (open && !hit.explanation) onExplain();
  };
  return html`<details class="why" @toggle=${opened}>
    <summary>Why this hit</summary>
    ${legsTemplate(hit)}
    ${hit.explanation?.keyword ? wordsTemplate(hit.explanation.keyword) : nothing}
  </details>`;
}

/** @param {Hit} hit */
function legsTemplate({ legs, rank, score, explanation }) {
  const shares = explanation && explanation.fusion !== "none" ? explanation.legs : null;
  return html`<table>
    <thead><tr><th scope="col">Leg</th><th scope="col">Rank</th><th scope="col">Score</th>${shares ? html`<th scope="col">Adds</th>` : nothing}</tr></thead>
    <tbody>
      ${LEGS.map(([leg, name, absent]) => {
        const result = legs?.[leg];
        const share = shares?.[leg]?.share;
        return html`<tr><th scope="row">${name}</th>${
          result
            ? html`<td>${result.rank}</td><td>${digits(result.score)}</td>`
            : html`<td colspan="2">${absent}</td>`
        }${shares ? html`<td>${share ? digits(share) : "–"}</td>` : nothing}</tr>`;
      })}
      ${legs?.rerank ? html`<tr><th scope="row">Reranker</th><td>${legs.rerank.rank}</td><td>${digits(legs.rerank.score)}</td>${shares ? html`<td>–</td>` : nothing}</tr>` : nothing}
    </tbody>
    <tfoot><tr><th scope="row">Fused</th><td>${rank}</td>${shares ? html`<td></td>` : nothing}<td>${digits(score)}</td></tr></tfoot>
  </table>`;
}

/** @param {import("../fossick.js").KeywordScore} words */
function wordsTemplate({ terms, missing, coverage, proximity, score, unit }) {
  return html`<table class="words">
    <caption class="visually-hidden">What the words of the query add</caption>
    <thead><tr><th scope="col">Word</th><th scope="col">In this ${unit}</th><th scope="col">Adds</th></tr></thead>
    <tbody>
      ${terms.map((term) => html`<tr><th scope="row">${term.text}</th><td>${found(term)}</td><td>${digits(term.score)}</td></tr>`)}
      ${missing.map((text) => html`<tr class="missing"><th scope="row">${text}</th><td>not in it</td><td>–</td></tr>`)}
      ${adjustment("Not all words", coverage.score)}
      ${adjustment("Near each other", proximity.score, proximity.share)}
    </tbody>
    <tfoot><tr><th scope="row">Together</th><td></td><td>${digits(score)}</td></tr></tfoot>
  </table>`;
}

/**
 * @param {string} name
 * @param {number} score
 * @param {number} [share]
 */
function adjustment(name, score, share) {
  if (Math.abs(score) < 0.0005) return nothing;
  const how = share ? `${Math.round(share * 100)} %` : "";
  return html`<tr><th scope="row">${name}</th><td>${how}</td><td>${digits(score)}</td></tr>`;
}
