// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import "./files-list.js";
import "./folders-list.js";
import { count, number } from "./format.js";
import { icon } from "./icons.js";

/**
 * The files: the folders that are kept in step, and every file with its state.
 * Fires `add-folder`, `add-files`, `remove-all`, and lets through what its parts fire.
 */
export class FilesDialog extends LightElement {
  static properties = {
    engine: { attribute: false },
    stamp: { attribute: false },
    folders: { attribute: false },
    asked: { attribute: false },
    busy: { type: Boolean },
    isShown: { state: true },
    sure: { state: true },
  };

  constructor() {
    super();
    /** @type {import("./engine.js").Engine | null} */
    this.engine = null;
    this.stamp = 0;
    /** @type {readonly import("../fossick.js").Folder[]} */
    this.folders = [];
    /** @type {import("./why-not.js").Asked | null} */
    this.asked = null;
    this.busy = false;
    /** Nothing of it is drawn while it is closed: there may be very many files. */
    this.isShown = false;
    this.sure = false;
  }

  get dialog() {
    return /** @type {HTMLDialogElement} */ (this.querySelector("dialog"));
  }

  open() {
    this.sure = false;
    this.isShown = true;
    if (!this.dialog.open) this.dialog.showModal();
  }

  close() {
    this.dialog.close();
  }

  /** @param {MouseEvent} event */
  outside(event) {
    if (event.target === this.dialog) this.close();
  }

  render() {
    return html`<dialog class="dialog files-dialog" aria-labelledby="files-title" @click=${this.outside} @close=${() => (this.isShown = false)}>
      <div class="dialog-inner">
        <form method="dialog" class="dialog-head">
          <h2 id="files-title">Files</h2>
          <button class="icon-button small" aria-label="Close">${icon("close")}</button>
        </form>
        ${this.engine && this.isShown ? html`${this.sources(this.engine)} ${this.files(this.engine)}` : nothing}
      </div>
    </dialog>`;
  }

  /** @param {import("./engine.js").Engine} engine */
  sources(engine) {
    const isKept = (/** @type {{ path: string }} */ { path }) =>
      this.folders.some(({ name }) => path.startsWith(`${name}/`));
    const single = engine.documents.filter((one) => !isKept(one)).length;
    return html`<section aria-labelledby="folders-title">
      <h3 id="folders-title">Folders that are kept in step</h3>
      ${
        this.folders.length > 0
          ? html`<folders-list .folders=${this.folders} .documents=${engine.documents} .unread=${engine.unread} .busy=${this.busy}></folders-list>`
          : html`<p class="quiet">None yet. A folder that you pick is looked at again whenever this page opens.</p>`
      }
      ${single > 0 && this.folders.length > 0 ? html`<p class="quiet">${count(single, "document")} came from files that were added one by one.</p>` : nothing}
      <div class="dialog-actions start">
        <button type="button" class="button small" @click=${() => this.emit("add-folder")}>${icon("folder")} Add folder</button>
        <button type="button" class="button small" @click=${() => this.emit("add-files")}>${icon("files")} Add files</button>
      </div>
    </section>`;
  }

  /** @param {import("./engine.js").Engine} engine */
  files(engine) {
    const known = engine.documents.length + engine.unread.length;
    if (known === 0) return nothing;
    return html`<section aria-labelledby="all-files-title">
      <h3 id="all-files-title">All files</h3>
      <files-list .engine=${engine} .stamp=${this.stamp} .asked=${this.asked} .busy=${this.busy}></files-list>
      ${engine.documents.length > 0 ? this.removing(engine.documents.length) : nothing}
    </section>`;
  }

  /** @param {number} documents */
  removing(documents) {
    return html`<div class="dialog-actions">
      ${
        this.sure
          ? html`<p>Remove ${documents === 1 ? "the document" : `all ${number(documents)} documents`} from Fossick? Your files stay where they are.</p>
          <button type="button" class="button small" @click=${() => (this.sure = false)}>Keep them</button>
          <button type="button" class="button small danger sure" @click=${this.removeAll}>Remove everything</button>`
          : html`<button type="button" class="button small danger" @click=${() => (this.sure = true)}>${icon("bin")} Remove everything…</button>`
      }
    </div>`;
  }

  removeAll() {
    this.sure = false;
    this.emit("remove-all");
  }
}

customElements.define("files-dialog", FilesDialog);
