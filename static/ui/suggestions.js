// @ts-check
/** The suggestions as a line of options, and what is read out of them. */
import { html, nothing } from "../vendor/lit.js";
import { optionId } from "./combobox.js";
import { count, number } from "./format.js";

/** @typedef {import("./combobox.js").Combobox} Combobox */
/** @typedef {import("./combobox.js").Option} Option */

/** @param {Combobox} combobox */
export function suggestionsTemplate(combobox) {
  const options = combobox.isOpen ? combobox.options : [];
  return html`<ul id="suggestions" class="suggestions" role="listbox" aria-orientation="horizontal" aria-label="Suggestions" ?hidden=${options.length === 0}>
    ${options.map((option, index) => optionTemplate(combobox, option, index))}
  </ul>
  <p class="visually-hidden" role="status">${combobox.announced}</p>`;
}

/**
 * The box keeps the focus, so that a finger's keyboard stays, and typing can go on.
 *
 * @param {Combobox} combobox
 * @param {Option} option
 * @param {number} index
 */
function optionTemplate(combobox, option, index) {
  return html`<li id=${optionId(index)} class="suggestion" role="option"
    aria-selected=${index === combobox.active ? "true" : "false"}
    aria-label=${spoken(option)} title=${option.text}
    @pointerdown=${(/** @type {Event} */ e) => e.preventDefault()}
    @click=${() => combobox.take(index)}
  >${option.isCorrection ? html`<span class="suggestion-lead">Did you mean </span>` : nothing}${words(combobox.query, option)}<span class="suggestion-count">${number(option.count)}</span></li>`;
}

/**
 * The words that are new: of a completion what goes beyond the typed letters in bold.
 *
 * @param {string} query
 * @param {Option} option
 */
function words(query, { text, changed, isCorrection }) {
  if (isCorrection) return html`<b>${text.trim()}</b>`;
  const [[start, end] = [0, text.length]] = changed;
  const typed = Math.min(end, query.length);
  return html`${text.slice(start, typed)}<b>${text.slice(typed, end)}</b>`;
}

/** @param {Option} option */
function spoken({ text, count: held, isCorrection, unit }) {
  return `${isCorrection ? "Did you mean " : ""}${text.trim()}, ${count(held, unit)}`;
}
