// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { bytes, count } from "./format.js";
import { icon } from "./icons.js";
import { passphraseField } from "./passphrase-field.js";
import { asError } from "./searching.js";

/**
 * What to do with an exported file; the passphrase of a sealed one is asked for first. Fires
 * `look-into` and `bring-in`, each with the file and its key.
 */
export class ExportedFileDialog extends LightElement {
  static properties = {
    unlock: { attribute: false },
    file: { state: true },
    there: { state: true },
    sure: { state: true },
    key: { state: true },
    busy: { state: true },
    error: { state: true },
  };

  constructor() {
    super();
    /** @type {(file: File, passphrase: string, signal: AbortSignal) => Promise<CryptoKey | null>} */
    this.unlock = async () => null;
    /** @type {File | null} */
    this.file = null;
    /** Documents that an import would replace. */
    this.there = 0;
    this.sure = false;
    this.isSealed = false;
    /** Whether what Fossick keeps here is encrypted. */
    this.isKeptSealed = false;
    /** @type {CryptoKey | null} of a sealed file, once its passphrase was right */
    this.key = null;
    this.busy = false;
    /** @type {(Error & { hint?: string }) | null} */
    this.error = null;
    this.abort = new AbortController();
  }

  get dialog() {
    return /** @type {HTMLDialogElement} */ (this.querySelector("dialog"));
  }

  get field() {
    return /** @type {HTMLInputElement | null} */ (this.querySelector("input"));
  }

  get isLocked() {
    return this.isSealed && !this.key;
  }

  /**
   * @param {File} file
   * @param {{ there: number, isSealed: boolean, isKeptSealed: boolean, key: CryptoKey | null }} about
   */
  async open(file, { there, isSealed, isKeptSealed, key }) {
    this.stop();
    Object.assign(this, { file, there, isSealed, isKeptSealed, key });
    this.sure = false;
    this.error = null;
    if (this.field) this.field.value = "";
    if (!this.dialog.open) this.dialog.showModal();
    await this.updateComplete;
    this.field?.focus();
  }

  /** Nobody waits for it any more. */
  stop() {
    this.abort.abort();
    this.busy = false;
  }

  /** @param {"look-into" | "bring-in"} type */
  async choose(type) {
    if (this.busy || !(await this.unlocked())) return;
    if (type === "bring-in" && this.there && !this.sure) {
      this.sure = true;
      return;
    }
    const { file, key } = this;
    this.dialog.close();
    this.emit(type, { file, key });
  }

  /** Whether the file can be read; tries its passphrase if that is what it needs. */
  async unlocked() {
    const { field, file } = this;
    if (!this.isLocked || !field || !file) return true;
    if (!field.reportValidity()) return false;
    const abort = new AbortController();
    this.abort = abort;
    this.busy = true;
    this.error = null;
    try {
      const key = await this.unlock(file, field.value, abort.signal);
      if (abort.signal.aborted) return false;
      this.key = key;
    } catch (reason) {
      if (abort.signal.aborted) return false;
      this.error = asError(reason);
    }
    this.busy = false;
    await this.updateComplete;
    if (!this.error) return true;
    this.field?.focus();
    this.field?.select();
    return false;
  }

  /** @param {SubmitEvent} event */
  submit(event) {
    event.preventDefault();
    if (!this.sure) void this.choose("look-into");
  }

  render() {
    const { busy, file, there, sure } = this;
    return html`<dialog class="dialog" aria-labelledby="exported-title" @close=${() => this.stop()}>
      <form class="dialog-inner" novalidate @submit=${this.submit}>
        <h2 id="exported-title">A collection that was exported</h2>
        ${file ? html`<p><strong>${file.name}</strong> <span class="quiet">${bytes(file.size)}</span></p>` : nothing}
        ${
          sure
            ? html`<p>Importing it removes the ${count(there, "document")} that Fossick knows here. Your files stay where they are. Export them first if you want them back.</p>`
            : html`<p class="quiet">Look into it: it is searched where it lies, and nothing here changes. Import it: it becomes the collection of this page, and files can be added to it.</p>`
        }
        ${this.isSealed ? this.sealedTemplate() : nothing}
        <div class="dialog-actions">
          <button type="button" class="button" @click=${() => this.dialog.close()}>Cancel</button>
          <button type="button" class="button ${sure ? "danger sure" : ""}" ?disabled=${busy} @click=${() => void this.choose("bring-in")}>${sure ? "Replace them" : there ? "Import it…" : "Import it"}</button>
          ${sure ? nothing : html`<button type="submit" class="button primary" ?disabled=${busy}>Look into it</button>`}
        </div>
      </form>
    </dialog>`;
  }

  sealedTemplate() {
    const { busy, error } = this;
    const describedBy = "exported-said";
    return html`${this.isKeptSealed ? nothing : html`<p class="quiet">It is encrypted. Once imported, what is in it is not, unless you set a passphrase for what Fossick keeps (under Status).</p>`}
      ${
        this.isLocked
          ? passphraseField("passphrase", "Passphrase of the file", {
              ...{ readonly: busy, invalid: error !== null, describedBy },
            })
          : html`<p>${icon("check")} Its passphrase is right.</p>`
      }
      <div id="exported-said" role="status">
        ${error ? html`<div class="message danger"><p>${error.message}</p>${error.hint ? html`<p class="quiet">${error.hint}</p>` : nothing}</div>` : nothing}
        ${busy ? html`<p class="quiet">Trying the passphrase…</p><progress class="meter" aria-label="Trying the passphrase"></progress>` : nothing}
      </div>`;
  }
}

customElements.define("exported-file-dialog", ExportedFileDialog);
