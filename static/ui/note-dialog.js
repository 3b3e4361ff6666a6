// @ts-check
import { html } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { noteSource, titleOf } from "./sources.js";

/** Pasted text on its way to becoming a document. Fires `sources` with the note. */
export class NoteDialog extends LightElement {
  static properties = { text: { state: true }, heading: { state: true } };

  constructor() {
    super();
    this.text = "";
    this.heading = "";
  }

  get dialog() {
    return /** @type {HTMLDialogElement} */ (this.querySelector("dialog"));
  }

  /** @param {string} [text] */
  open(text = "") {
    this.text = text;
    this.heading = titleOf(text);
    if (!this.dialog.open) this.dialog.showModal();
    void this.updateComplete.then(() => {
      const field = this.querySelector(text ? "input" : "textarea");
      /** @type {HTMLInputElement | HTMLTextAreaElement | null} */ (field)?.focus();
    });
  }

  /** @param {Event} event */
  add(event) {
    event.preventDefault();
    if (!this.text.trim()) return;
    this.emit("sources", [noteSource(this.heading || titleOf(this.text), this.text)]);
    this.dialog.close();
  }

  /** @param {Event} event */
  typed(event) {
    const before = titleOf(this.text);
    this.text = /** @type {HTMLTextAreaElement} */ (event.target).value;
    if (this.heading === before) this.heading = titleOf(this.text);
  }

  render() {
    return html`<dialog class="dialog note" aria-labelledby="note-title" @close=${() => (this.text = "")}>
      <form @submit=${this.add}>
        <h2 id="note-title">Add text as a note</h2>
        <label class="label">Title
          <input class="field" name="title" maxlength="80" placeholder="The first line" .value=${this.heading} @input=${(/** @type {Event} */ e) => (this.heading = /** @type {HTMLInputElement} */ (e.target).value)}>
        </label>
        <label class="label">Text
          <textarea class="field" name="text" rows="9" placeholder="Paste or type" .value=${this.text} @input=${this.typed}></textarea>
        </label>
        <div class="dialog-actions">
          <button type="button" class="button" @click=${() => this.dialog.close()}>Cancel</button>
          <button type="submit" class="button primary" ?disabled=${!this.text.trim()}>Add note</button>
        </div>
      </form>
    </dialog>`;
  }
}

customElements.define("note-dialog", NoteDialog);
