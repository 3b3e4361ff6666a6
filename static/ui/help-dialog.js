// @ts-check
import { html } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { icon } from "./icons.js";

const KEYS = [
  ["/", "Go to the search box"],
  ["↑ ↓", "Move through the hits"],
  ["Enter", "Open the passage"],
  ["n p", "Next and previous hit, in an open passage"],
  ["Esc", "Close, and back to where you were"],
  ["Ctrl V", "Add text or files from the clipboard, outside the box"],
  ["?", "This list"],
];

/** The keys, for reading. */
export class HelpDialog extends LightElement {
  open() {
    const dialog = /** @type {HTMLDialogElement} */ (this.querySelector("dialog"));
    if (!dialog.open) dialog.showModal();
  }

  render() {
    return html`<dialog class="dialog help" aria-labelledby="help-title">
      <form method="dialog" class="dialog-head">
        <h2 id="help-title">Keys</h2>
        <button class="icon-button small" aria-label="Close">${icon("close")}</button>
      </form>
      <dl class="keys">
        ${KEYS.map(([keys, what]) => html`<div><dt>${(keys ?? "").split(" ").map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${what}</dd></div>`)}
      </dl>
    </dialog>`;
  }
}

customElements.define("help-dialog", HelpDialog);
