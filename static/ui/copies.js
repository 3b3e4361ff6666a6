// @ts-check
/** Where else the same as a hit stands, or nearly the same. */
import { html, nothing } from "../vendor/lit.js";
import { place } from "./address.js";
import { number, shortPath } from "./format.js";

/** @typedef {import("../fossick.js").Hit} Hit */
/** @typedef {import("../fossick.js").NearCopy} NearCopy */

const PATHS = 3;
/** Near-copies that are listed. */
const COPIES = 20;

/** @param {Hit} hit */
export function alsoAtTemplate({ alsoAt = [] }) {
  return alsoAt.length === 0 ? nothing : html`<p class="quiet">Same content: ${some(alsoAt)}</p>`;
}

/**
 * A fold with the passages that were left out for saying nearly the same.
 * @param {Hit} hit
 * @param {(copy: NearCopy) => void} onOpen
 */
export function nearCopiesTemplate({ nearCopies = [] }, onOpen) {
  if (nearCopies.length === 0) return nothing;
  const label = nearCopies.length > 1 ? `${number(nearCopies.length)} near-copies` : "1 near-copy";
  const rest = nearCopies.length - COPIES;
  return html`<details class="copies">
    <summary>${label}</summary>
    <ul>
      ${nearCopies.slice(0, COPIES).map(
        (copy) => html`<li>
          <button type="button" class="text-button" title=${copy.path} @click=${() => onOpen(copy)}>${shortPath(copy.path)}</button>${where(copy)}${copy.alsoAt.length > 0 ? html`<span class="quiet"> · same content: ${some(copy.alsoAt)}</span>` : nothing}
        </li>`,
      )}
      ${rest > 0 ? html`<li class="quiet">and ${number(rest)} more</li>` : nothing}
    </ul>
  </details>`;
}

/** @param {NearCopy} copy */
function where({ address, title }) {
  return place(address, title).map((part) => html`<span class="quiet"> · ${part}</span>`);
}

/**
 * Passages that are shown: as hits, or in their folds.
 * @param {readonly Hit[]} hits
 */
export function shownIn(hits) {
  const all = hits.flatMap((hit) => [hit, ...hit.nearCopies]);
  return all.reduce((sum, { alsoAt }) => sum + 1 + alsoAt.length, 0);
}

/** @param {readonly string[]} paths */
function some(paths) {
  const rest = paths.length > PATHS ? ` and ${number(paths.length - PATHS)} more` : "";
  return paths.slice(0, PATHS).join(", ") + rest;
}
