// @ts-check
import { html } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { icon } from "./icons.js";
import { FORMS } from "./query-forms.js";

const KEYS = [
  ["/", "Go to the search box"],
  ["↑ ↓", "Move through suggestions and hits"],
  ["→", "At the end of the query: to the suggestions"],
  ["Enter", "Take the suggestion, open the passage"],
  ["n p", "Next and previous hit, in an open passage"],
  ["m M", "Next and previous match in it"],
  ["← → + -", "Pages of a PDF, and their size"],
  ["t", "Its text in place of its pages"],
  ["Esc", "Close, and back to where you were"],
  ["Ctrl V", "Add text or files from the clipboard, outside the box"],
  ["?", "This list"],
];

/** The search language and the keys, for reading. Fires `example` with a query to try. */
export class HelpDialog extends LightElement {
  get dialog() {
    return /** @type {HTMLDialogElement} */ (this.querySelector("dialog"));
  }

  open() {
    if (!this.dialog.open) this.dialog.showModal();
  }

  /** @param {string} query */
  pick(query) {
    this.dialog.close();
    this.emit("example", query);
  }

  /** @param {MouseEvent} event */
  outside(event) {
    if (event.target === this.dialog) this.dialog.close();
  }

  render() {
    return html`<dialog class="dialog help" aria-labelledby="help-title" @click=${this.outside}>
      <div class="dialog-inner">
        <form method="dialog" class="dialog-head">
          <h2 id="help-title">Search language and keys</h2>
          <button class="icon-button small" aria-label="Close">${icon("close")}</button>
        </form>
        <div class="help-columns">
          <section aria-labelledby="language-title">
            <h3 id="language-title">Search language</h3>
            <table class="forms" aria-labelledby="language-title">
              <thead class="visually-hidden"><tr><th scope="col">You write</th><th scope="col">It finds</th></tr></thead>
              <tbody>${FORMS.map(({ query, finds }) => this.form(query, finds))}</tbody>
            </table>
          </section>
          <section aria-labelledby="keys-title">
            <h3 id="keys-title">Keys</h3>
            <dl class="keys">
              ${KEYS.map(([keys, what]) => html`<div><dt>${(keys ?? "").split(" ").map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${what}</dd></div>`)}
            </dl>
          </section>
        </div>
      </div>
    </dialog>`;
  }

  /**
   * @param {string} query
   * @param {string} finds
   */
  form(query, finds) {
    return html`<tr>
      <th scope="row"><button type="button" class="example" title="Put this into the search box" @click=${() => this.pick(query)}><code>${query}</code></button></th>
      <td>${finds}</td>
    </tr>`;
  }
}

customElements.define("help-dialog", HelpDialog);
