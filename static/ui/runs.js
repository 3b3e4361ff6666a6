// @ts-check
import { html } from "../vendor/lit.js";

/**
 * A run of a text that is open: a match, part of the passage, or neither.
 * @param {import("./passage.js").Run} run
 */
export function runTemplate({ text, mark, passage }) {
  if (mark) return html`<mark class=${passage ? "here" : "elsewhere"}>${text}</mark>`;
  return passage ? html`<span class="here">${text}</span>` : text;
}
