// @ts-check
import { html } from "../vendor/lit.js";
import { icon } from "./icons.js";

/** Sentences for the user that are shown once each, until dismissed. */
export class Notes {
  /** @param {() => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
    /** @type {string[]} */
    this.shown = [];
    /** @type {Set<string>} */
    this.known = new Set();
  }

  /** @param {string} text */
  add(text) {
    if (this.known.has(text)) return;
    this.known.add(text);
    this.shown = [...this.shown, text];
    this.onChange();
  }

  /** @param {string} text */
  dismiss(text) {
    this.shown = this.shown.filter((other) => other !== text);
    this.onChange();
  }

  template() {
    return this.shown.map(
      (text) => html`<div class="card note-card">
        <p role="status">${icon("info")}<span>${text}</span></p>
        <button type="button" class="icon-button small" aria-label="Dismiss" @click=${() => this.dismiss(text)}>${icon("close")}</button>
      </div>`,
    );
  }
}
