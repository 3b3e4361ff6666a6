// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { bytes, count } from "./format.js";
import { DIFFER, passphraseField } from "./passphrase-field.js";
import { progressTemplate } from "./progress.js";
import { asError } from "./searching.js";

/** Formats by what they are for. */
const FORMATS = [
  { id: "fossick", label: "Fossick, to search it elsewhere", ending: ".fossick" },
  { id: "jsonl", label: "Passages and vectors, a line of JSON each", ending: ".jsonl" },
  { id: "parquet", label: "Passages and vectors, a Parquet table", ending: ".parquet" },
  { id: "llm-zip", label: "Markdown for language models, in a zip", ending: ".zip" },
  { id: "llm-md", label: "Markdown for language models, one file", ending: ".md" },
];

/**
 * Exporting the collection, and picking an exported file. Fires `exported-file` with one that was
 * picked.
 */
export class PortableSection extends LightElement {
  static properties = {
    engine: { attribute: false },
    stamp: { attribute: false },
    isOpen: { state: true },
    format: { state: true },
    progress: { state: true },
    done: { state: true },
    error: { state: true },
  };

  constructor() {
    super();
    /** @type {import("./engine.js").Engine | null} */
    this.engine = null;
    this.stamp = 0;
    this.isOpen = false;
    /** That of the form. */
    this.format = "fossick";
    /** @type {import("../fossick.js").Progress | null} */
    this.progress = null;
    /** @type {{ report: import("../fossick.js").Exported, url: string, name: string } | null} */
    this.done = null;
    /** @type {(Error & { hint?: string }) | null} */
    this.error = null;
    this.abort = new AbortController();
  }

  /** @param {SubmitEvent} event */
  async export(event) {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const format = FORMATS.find(({ id }) => id === form.get("format")) ?? FORMATS[0];
    const source = String(form.get("source") ?? "");
    const name = `${(source || "documents").replaceAll("/", "-")}${format.ending}`;
    const [passphrase, again] = ["passphrase", "again"].map((field) => form.get(field) || null);
    this.abort = new AbortController();
    this.forget();
    if (passphrase !== again) {
      this.error = new Error(DIFFER);
      return;
    }
    try {
      const to = await pickPlace(name, format.ending);
      this.progress = { phase: "export", done: 0, total: 0 };
      const report = await /** @type {import("./engine.js").Engine} */ (this.engine)
        .opened()
        .export({
          source,
          text: form.has("text"),
          vectors: form.has("vectors"),
          format: /** @type {any} */ (format.id),
          passphrase: passphrase === null ? undefined : String(passphrase),
          to,
          signal: this.abort.signal,
          onProgress: (progress) => (this.progress = progress),
        });
      this.done = { report, name, url: to ? "" : URL.createObjectURL(report.file) };
      this.isOpen = false;
    } catch (reason) {
      const error = asError(reason);
      if (error.name !== "AbortError" && !this.abort.signal.aborted) this.error = error;
    }
    this.progress = null;
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.querySelector("[download]"))?.click();
  }

  forget() {
    if (this.done?.url) URL.revokeObjectURL(this.done.url);
    this.done = null;
    this.error = null;
  }

  /** @param {Event} event */
  picked(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const [file] = input.files ?? [];
    input.value = "";
    if (file) this.emit("exported-file", file);
  }

  get input() {
    return /** @type {HTMLInputElement} */ (this.querySelector("input[type=file]"));
  }

  render() {
    const empty = !this.engine?.documents.length;
    return html`<p class="quiet">The whole collection as one file: to keep it, to bring it to another browser, or to the desktop.</p>
      ${this.progress ? progressTemplate(this.progress, () => this.abort.abort()) : nothing}
      ${this.isOpen && !this.progress ? this.form() : nothing}
      ${this.outcome()}
      <div class="dialog-actions start" ?hidden=${this.isOpen && !this.progress}>
        ${this.isOpen || this.progress ? nothing : html`<button type="button" class="button small" ?disabled=${empty} @click=${this.open}>Export…</button>`}
        <button type="button" class="button small" @click=${() => this.input.click()}>Import…</button>
        <input class="visually-hidden" type="file" accept=".fossick" tabindex="-1" aria-label="Exported file" @change=${this.picked}>
      </div>`;
  }

  open() {
    this.isOpen = true;
    this.format = "fossick";
  }

  /** @param {Event} event */
  choose(event) {
    this.format = /** @type {HTMLSelectElement} */ (event.target).value;
  }

  form() {
    const isSealed = Boolean(this.engine?.info?.sealed);
    return html`<form class="export-form" @submit=${this.export}>
      <label class="label">Documents
        <select class="field" name="source">
          <option value="">All of them</option>
          ${folders(this.engine?.documents ?? []).map((name) => html`<option value=${name}>Only ${name}</option>`)}
        </select>
      </label>
      <label class="label">Format
        <select class="field" name="format" @change=${this.choose}>
          ${FORMATS.map(({ id, label }) => html`<option value=${id}>${label}</option>`)}
        </select>
      </label>
      <label class="switch"><input type="checkbox" name="text" checked> With their texts</label>
      <label class="switch"><input type="checkbox" name="vectors" checked> With vectors, for searches by meaning</label>
      ${this.format === "fossick" ? this.passphraseTemplate() : nothing}
      ${isSealed ? html`<p class="message">${this.format === "fossick" ? "Without a passphrase of its own the file will not be encrypted" : "The file will not be encrypted"}: whoever has it can read what is in it.</p>` : nothing}
      <div class="dialog-actions">
        <button type="button" class="button small" @click=${() => (this.isOpen = false)}>Cancel</button>
        <button type="submit" class="button small primary">Export</button>
      </div>
    </form>`;
  }

  passphraseTemplate() {
    const optional = /** @type {const} */ ({ autocomplete: "new-password", required: false });
    return html`${passphraseField("passphrase", "Passphrase for the file (optional)", optional)}
      ${passphraseField("again", "The same again", optional)}
      <p class="quiet">With one, nobody can read the file without it, and nobody can recover it.</p>`;
  }

  outcome() {
    const { done, error } = this;
    if (error) {
      return html`<div class="message danger" role="alert"><p>${error.message}</p>${error.hint ? html`<p class="quiet">${error.hint}</p>` : nothing}</div>`;
    }
    if (!done) return nothing;
    const { documents, bytes: size, leftOut } = done.report;
    return html`<p role="status">${count(documents, "document")} in <strong>${done.name}</strong>, ${bytes(size)}.
      ${done.url ? html`<a href=${done.url} download=${done.name}>Save it again</a>` : nothing}</p>
      ${leftOut.length ? html`<div class="message"><p>Left out, because it is damaged:</p><ul>${leftOut.map((each) => html`<li>${each.paths.join(", ") || each.name}: ${each.message}</li>`)}</ul></div>` : nothing}`;
  }
}

/**
 * Where the user wants the file, null where the browser saves it by itself.
 *
 * @param {string} name
 * @param {string} ending
 * @returns {Promise<FileSystemFileHandle | undefined>}
 */
async function pickPlace(name, ending) {
  const pick = /** @type {any} */ (window).showSaveFilePicker;
  if (!pick) return undefined;
  const types = [{ accept: { "application/octet-stream": [ending] } }];
  return pick.call(window, { suggestedName: name, types });
}

/**
 * Folders at the top, in order.
 *
 * @param {readonly import("../fossick.js").DocumentInfo[]} documents
 */
function folders(documents) {
  const tops = documents.filter(({ path }) => path.includes("/")).map(({ path }) => path);
  return [...new Set(tops.map((path) => path.split("/")[0] ?? ""))].filter(Boolean).sort();
}

customElements.define("portable-section", PortableSection);
