// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { bytes, count } from "./format.js";

/**
 * What to do with an exported file. Fires `look-into` and `bring-in`, each with the file.
 */
export class ExportedFileDialog extends LightElement {
  static properties = { file: { state: true }, there: { state: true }, sure: { state: true } };

  constructor() {
    super();
    /** @type {File | null} */
    this.file = null;
    /** Documents that an import would replace. */
    this.there = 0;
    this.sure = false;
  }

  get dialog() {
    return /** @type {HTMLDialogElement} */ (this.querySelector("dialog"));
  }

  /**
   * @param {File} file
   * @param {number} there
   */
  open(file, there) {
    this.file = file;
    this.there = there;
    this.sure = false;
    if (!this.dialog.open) this.dialog.showModal();
  }

  /** @param {string} type */
  choose(type) {
    this.dialog.close();
    this.emit(type, this.file);
  }

  bringIn() {
    if (this.there && !this.sure) this.sure = true;
    else this.choose("bring-in");
  }

  render() {
    const { file, there, sure } = this;
    return html`<dialog class="dialog" aria-labelledby="exported-title">
      <div class="dialog-inner">
        <h2 id="exported-title">A collection that was exported</h2>
        ${file ? html`<p><strong>${file.name}</strong> <span class="quiet">${bytes(file.size)}</span></p>` : nothing}
        ${
          sure
            ? html`<p>Importing it removes the ${count(there, "document")} that Fossick knows here. Your files stay where they are. Export them first if you want them back.</p>`
            : html`<p class="quiet">Look into it: it is searched where it lies, and nothing here changes. Import it: it becomes the collection of this page, and files can be added to it.</p>`
        }
        <div class="dialog-actions">
          <button type="button" class="button" @click=${() => this.dialog.close()}>Cancel</button>
          <button type="button" class="button ${sure ? "danger sure" : ""}" @click=${() => this.bringIn()}>${sure ? "Replace them" : there ? "Import it…" : "Import it"}</button>
          ${sure ? nothing : html`<button type="button" class="button primary" @click=${() => this.choose("look-into")}>Look into it</button>`}
        </div>
      </div>
    </dialog>`;
  }
}

customElements.define("exported-file-dialog", ExportedFileDialog);
