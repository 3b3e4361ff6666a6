// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { count } from "./format.js";
import { icon } from "./icons.js";

/** @typedef {import("../fossick.js").Folder} Folder */

const when = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/**
 * The folders that are kept in step. Fires `update-folder` and, once that has been asked for twice,
 * `forget-folder`, each with a name.
 */
export class FoldersList extends LightElement {
  static properties = {
    folders: { attribute: false },
    documents: { attribute: false },
    busy: { type: Boolean },
    sure: { state: true },
  };

  constructor() {
    super();
    /** @type {readonly Folder[]} */
    this.folders = [];
    /** @type {readonly import("../fossick.js").DocumentInfo[]} */
    this.documents = [];
    this.busy = false;
    /** The folder of which it is asked whether to forget it. */
    this.sure = "";
  }

  render() {
    return html`<ul class="documents folders" aria-label="Folders">
      ${this.folders.map((folder) => this.row(folder))}
    </ul>`;
  }

  /** @param {Folder} folder */
  row(folder) {
    const { name } = folder;
    const files = this.documents.filter(({ path }) => path.startsWith(`${name}/`)).length;
    return html`<li>
      <span class="badge" aria-hidden="true">${icon("folder")}</span>
      <p class="document-name"><span>${name}</span><span class="quiet">${count(files, "document")} · ${state(folder)}</span></p>
      ${
        this.sure === name
          ? html`<button type="button" class="button small" @click=${() => (this.sure = "")}>Keep it</button>
            <button type="button" class="button small danger sure" @click=${() => this.forget(name)}>Forget it and its documents</button>`
          : html`<button type="button" class="button small" ?disabled=${this.busy} aria-label="Bring ${name} up to date" @click=${() => this.emit("update-folder", name)}>Update</button>
            <button type="button" class="icon-button small" aria-label="Forget ${name}" title="Forget" @click=${() => (this.sure = name)}>${icon("bin")}</button>`
      }
    </li>`;
  }

  /** @param {string} name */
  forget(name) {
    this.sure = "";
    this.emit("forget-folder", name);
  }
}

/** @param {Folder} folder */
function state({ permission, synced }) {
  const last = synced ? `up to date ${when.format(synced)}` : "not read yet";
  return permission === "granted" ? last : `${last}; the browser will ask before it is read again`;
}

/**
 * Files of which there is no document, and why.
 *
 * @param {readonly import("../fossick.js").UnreadFile[]} unread
 */
export function unreadTemplate(unread) {
  const refused = unread.filter(({ code }) => code);
  if (refused.length === 0) return nothing;
  return html`<unread-list .files=${refused}></unread-list>`;
}

/** Rows in the page at once. */
const PAGE = 50;

/** The files that could not be read, by reason. Fires `remove` with a list of paths. */
export class UnreadList extends LightElement {
  static properties = {
    files: { attribute: false },
    code: { state: true },
    shown: { state: true },
  };

  constructor() {
    super();
    /** @type {readonly import("../fossick.js").UnreadFile[]} */
    this.files = [];
    this.code = "";
    this.shown = PAGE;
  }

  render() {
    const codes = [...new Set(this.files.map(({ code }) => code))].sort();
    const found = this.files.filter(({ code }) => !this.code || code === this.code);
    return html`
      <label class="chooser"><span class="visually-hidden">Reason</span>
        <select class="field" @change=${this.chosen}>
          <option value="">All reasons (${this.files.length})</option>
          ${codes.map((code) => html`<option value=${code} ?selected=${this.code === code}>${reasonName(code)} (${this.files.filter((file) => file.code === code).length})</option>`)}
        </select>
      </label>
      <ul class="documents unread" aria-label="Files that could not be read">
        ${found.slice(0, this.shown).map((file) => this.row(file))}
      </ul>
      ${found.length > this.shown ? html`<button type="button" class="button small more" @click=${() => (this.shown += PAGE)}>Show more</button>` : nothing}
    `;
  }

  /** @param {import("../fossick.js").UnreadFile} file */
  row({ path, message, hint }) {
    return html`<li>
      <p class="document-name"><span title=${path}>${message}</span><span class="quiet">${hint}</span></p>
      <button type="button" class="icon-button small" aria-label="Take ${path} off this list" title="Take off this list" @click=${() => this.emit("remove", [path])}>${icon("close")}</button>
    </li>`;
  }

  /** @param {Event} event */
  chosen(event) {
    this.code = /** @type {HTMLSelectElement} */ (event.target).value;
    this.shown = PAGE;
  }
}

const REASONS = /** @type {Record<string, string>} */ ({
  empty: "Empty",
  "no-text": "No text inside",
  encrypted: "Protected by a password",
  damaged: "Damaged",
  "too-large": "Too large",
  unsupported: "Of a kind that is not read",
  "not-text": "Not text",
  unreadable: "Could not be opened",
});

/** @param {string} code */
const reasonName = (code) => REASONS[code] ?? code;

customElements.define("folders-list", FoldersList);
customElements.define("unread-list", UnreadList);
