// @ts-check
/** Exported files on the page: one that was dropped or picked, and one that is looked into. */
import { Fossick } from "../fossick.js";
import { html, nothing } from "../vendor/lit.js";
import { bytes, count } from "./format.js";
import { icon } from "./icons.js";
import { progressTemplate } from "./progress.js";
import { asError } from "./searching.js";
import "./exported-file-dialog.js";

/** @typedef {CustomEvent<any>} Custom */
/** @typedef {{ file: File, key: CryptoKey | null }} Given a file, with what opens it if it is sealed */

export class Portable {
  /** @param {import("./app.js").FossickApp} app */
  constructor(app) {
    this.app = app;
    /** @type {File | null} the file that is looked into */
    this.inside = null;
    /** @type {import("../fossick.js").Progress | null} */
    this.progress = null;
    this.abort = new AbortController();
  }

  get dialog() {
    return /** @type {import("./exported-file-dialog.js").ExportedFileDialog} */ (
      this.app.querySelector("exported-file-dialog")
    );
  }

  /**
   * Ask what is to be done with exported files among sources; the others are left to be added.
   *
   * @template T
   * @param {T[]} sources
   * @returns {T[]}
   */
  sorted(sources) {
    const found = /** @type {any[]} */ (sources).find(isExported);
    if (!found) return sources;
    void this.offer(found);
    return sources.filter((one) => !isExported(/** @type {any} */ (one)));
  }

  /** @param {File | FileSystemFileHandle} found */
  async offer(found) {
    try {
      const file = found instanceof File ? found : await found.getFile();
      const { engine, status } = this.app;
      const isInside = file === this.inside;
      const about = {
        there: this.inside ? engine.kept : engine.documents.length,
        isSealed: await Fossick.isSealed(file),
        isKeptSealed: engine.keptSealed,
        key: isInside ? engine.fileKey : null,
      };
      status.close();
      await this.dialog.open(file, about);
    } catch (reason) {
      this.tell(reason);
    }
  }

  /**
   * What opens a sealed file; by an engine of its own, so that the one that is open stays.
   *
   * @param {File} file
   * @param {string} filePassphrase
   * @param {AbortSignal} signal
   * @returns {Promise<CryptoKey | null>}
   */
  async unlock(file, filePassphrase, signal) {
    const opened = await Fossick.open({ from: file, filePassphrase, embedder: "none", signal });
    const { key } = opened;
    await opened.close();
    return key;
  }

  /** @param {Given} given */
  async lookInto({ file, key }) {
    this.inside = file;
    await this.reopen(file, key);
  }

  async leave() {
    this.inside = null;
    // What was asked of a sealed file goes into no history either.
    if (this.app.engine.fileKey) this.app.asking.forget();
    await this.reopen(null);
  }

  /**
   * @param {File | null} file
   * @param {CryptoKey | null} [key]
   */
  async reopen(file, key = null) {
    const { app } = this;
    app.opening.drop();
    await app.engine.openFrom(file, key);
    if (app.engine.state === "failed" && file) {
      this.tell(app.engine.error);
      await this.leave();
      return;
    }
    await app.keeping.refresh();
    app.asking.resume();
  }

  /**
   * Make it the collection of this page, in place of the one that is there.
   *
   * @param {Given} given
   */
  async bringIn({ file, key }) {
    const { app } = this;
    this.abort = new AbortController();
    try {
      await this.unlockKept();
      this.inside = null;
      app.opening.drop();
      this.told({ phase: "import", done: 0, total: 0, path: file.name });
      await app.engine.aside(async () => {
        const done = await Fossick.import(file, {
          overwrite: true,
          key: app.engine.key ?? undefined,
          fileKey: key ?? undefined,
          signal: this.abort.signal,
          onProgress: (progress) => this.told({ ...progress, path: file.name }),
        });
        app.notes.add(sentence(file.name, done));
      });
    } catch (reason) {
      if (!this.abort.signal.aborted) this.tell(reason);
    }
    this.told(null);
    await app.keeping.refresh();
    app.asking.resume();
  }

  /** What is imported is sealed as what it replaces was: that has to be open for it. */
  async unlockKept() {
    const { engine } = this.app;
    if (!engine.keptSealed || engine.key) return;
    await this.leave();
    await engine.whenReady();
  }

  /** @param {import("../fossick.js").Progress | null} progress */
  told(progress) {
    this.progress = progress;
    this.app.requestUpdate();
  }

  /** @param {unknown} reason */
  tell(reason) {
    const { message, hint } = /** @type {Error & { hint?: string }} */ (asError(reason));
    this.app.notes.add([message, hint].filter(Boolean).join(" "));
  }

  /** What stands at the foot of the page. */
  template() {
    const { inside, progress } = this;
    return html`${progress ? progressTemplate(progress, () => this.abort.abort()) : nothing}
      ${
        inside && this.app.engine.state === "ready"
          ? html`<section class="card inside" aria-label="Exported file">
            <p>${icon("files")}<span>You are looking into <strong>${inside.name}</strong>. Nothing in it can be changed.</span></p>
            <div class="message-actions">
              <button type="button" class="button small" @click=${() => void this.offer(inside)}>Import it…</button>
              <button type="button" class="button small" @click=${() => void this.leave()}>Back to my documents</button>
            </div>
          </section>`
          : nothing
      }`;
  }

  dialogTemplate() {
    return html`<exported-file-dialog .unlock=${this.unlock}
      @look-into=${(/** @type {Custom} */ event) => void this.lookInto(event.detail)}
      @bring-in=${(/** @type {Custom} */ event) => void this.bringIn(event.detail)}></exported-file-dialog>`;
  }
}

/** @param {any} source */
function isExported(source) {
  return source?.kind !== "directory" && /\.fossick$/iu.test(source?.name ?? "");
}

/**
 * @param {string} name
 * @param {import("../fossick.js").Imported} done
 */
function sentence(name, { documents, bytes: size, sources, leftOut }) {
  const folders = sources.length
    ? ` Folders that were kept in step there can be picked again: ${sources.join(", ")}.`
    : "";
  const damaged = leftOut.length ? " Some of it was damaged when it was exported." : "";
  return `${count(documents, "document")} imported from ${name} (${bytes(size)}).${folders}${damaged}`;
}
