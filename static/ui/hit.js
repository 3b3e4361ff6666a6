// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { badge, isCode, isMarkdown, place } from "./address.js";
import { alsoAtTemplate, nearCopiesTemplate } from "./copies.js";
import { fileName, shortPath } from "./format.js";
import { icon } from "./icons.js";
import { codeExcerpt, excerpt } from "./pieces.js";
import { whyTemplate } from "./why.js";

/** @typedef {import("../fossick.js").Hit} Hit */
/** @typedef {import("./pieces.js").Piece} Piece */

/** @param {readonly Piece[]} parts */
export const marked = (parts) =>
  parts.map(({ text, mark }) => (mark ? html`<mark>${text}</mark>` : text));

/** @param {number} index */
export const hitId = (index) => `hit-${index + 1}`;

/**
 * One hit as a list item.
 * @param {Hit} hit
 * @param {number} index
 * @param {object} options
 * @param {boolean} options.active
 * @param {string} options.fact
 * @param {() => void} options.onOpen
 * @param {() => void} options.onExplain
 * @param {(copy: import("../fossick.js").NearCopy) => void} options.onCopy
 */
export function hitTemplate(hit, index, { active, fact, onOpen, onExplain, onCopy }) {
  const code = isCode(hit.path);
  const parts = partsOf(hit, code);
  return html`<li class="hit ${active ? "active" : ""}" @click=${(/** @type {MouseEvent} */ e) => fromCard(e) && onOpen()}>
    <span class="badge" aria-hidden="true">${badge(hit.path)}</span>
    <div class="hit-body">
      <h2 class="hit-title">
        <button type="button" id=${hitId(index)} data-hit=${index} @click=${onOpen}>${hit.title || fileName(hit.path)}</button>
      </h2>
      ${addressTemplate(hit.path, hit.title, hit.address, fact)}
      ${
        hit.problem
          ? html`<p class="hit-problem">${icon("warning")} ${hit.problem} Add the file again.</p>`
          : html`<p class="hit-snippet ${code ? "code" : ""}" dir="auto">${marked(parts)}</p>`
      }
      ${alsoAtTemplate(hit)}
      <div class="hit-folds">${whyTemplate(hit, onExplain)}${nearCopiesTemplate(hit, onCopy)}</div>
    </div>
  </li>`;
}

/** @type {WeakMap<Hit, readonly Piece[]>} The list is drawn anew with every key. */
const excerpts = new WeakMap();

/**
 * @param {Hit} hit
 * @param {boolean} code
 */
function partsOf(hit, code) {
  let parts = excerpts.get(hit);
  if (parts) return parts;
  const { text, highlights, path, title, address } = hit;
  const known = [title, ...(address?.heading ?? [])];
  parts = code
    ? codeExcerpt(text, highlights)
    : excerpt(text, highlights, { markdown: isMarkdown(path), known });
  excerpts.set(hit, parts);
  return parts;
}

/**
 * Path and place in one line; the path is left out where it is the title already.
 * @param {string} path
 * @param {string} title
 * @param {import("../fossick.js").Address} [address]
 * @param {string} [fact] what else is to be said of the document
 */
export function addressTemplate(path, title, address, fact = "") {
  const where = [...place(address, title, path), fact].filter(Boolean);
  const parts = path === title && where.length > 0 ? where : [path, ...where];
  return html`<p class="hit-address">${parts.map((part, i) => [
    i > 0 ? html`<span class="sep" aria-hidden="true"> · </span>` : nothing,
    part === path
      ? html`<span class="path" title=${path}>${shortPath(path)}</span>`
      : html`<span>${part}</span>`,
  ])}</p>`;
}

/**
 * A click on the card opens it, unless it was meant for a control or ends a selection of text.
 * @param {MouseEvent} event
 */
function fromCard(event) {
  const target = /** @type {Element} */ (event.target);
  if (target.closest("button, a, details, input")) return false;
  return !String(document.getSelection());
}
