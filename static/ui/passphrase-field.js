// @ts-check
import { html, nothing } from "../vendor/lit.js";

/** What is said where a passphrase and its repetition are not the same. */
export const DIFFER = "The two are not the same.";

/**
 * A field for a passphrase, with its label.
 *
 * @param {string} name
 * @param {string} label
 * @param {object} [options]
 * @param {"current-password" | "new-password" | "off"} [options.autocomplete]
 * @param {boolean} [options.required]
 * @param {boolean} [options.readonly]
 * @param {boolean} [options.invalid] whether the last one was wrong
 * @param {string} [options.describedBy] id of what is said of it
 */
export function passphraseField(name, label, options = {}) {
  const { autocomplete = "off", required = true, readonly = false, invalid = false } = options;
  return html`<label class="label">${label}
    <input class="field" type="password" name=${name} ?required=${required} autocapitalize="off" spellcheck="false" ?readonly=${readonly}
      autocomplete=${autocomplete} aria-invalid=${invalid ? "true" : "false"} aria-describedby=${options.describedBy ?? nothing}>
  </label>`;
}
