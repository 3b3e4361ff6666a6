// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { count, number } from "./format.js";
import "./folder-rules.js";
import { icon } from "./icons.js";

/** @typedef {import("../fossick.js").Folder} Folder */

const when = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/**
 * The folders that are kept in step. Fires `update-folder` and, once that has been asked for twice,
 * `forget-folder`, each with a name, and `folder-rules` with what is left out of one.
 */
export class FoldersList extends LightElement {
  static properties = {
    folders: { attribute: false },
    documents: { attribute: false },
    unread: { attribute: false },
    busy: { type: Boolean },
    sure: { state: true },
    ruled: { state: true },
  };

  constructor() {
    super();
    /** @type {readonly Folder[]} */
    this.folders = [];
    /** @type {readonly import("../fossick.js").DocumentInfo[]} */
    this.documents = [];
    /** @type {readonly import("../fossick.js").UnreadFile[]} */
    this.unread = [];
    this.busy = false;
    /** The folder whose rules are shown. */
    this.ruled = "";
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
    const isInside = (/** @type {{ path: string }} */ { path }) => path.startsWith(`${name}/`);
    const files = this.documents.filter(isInside).length;
    const left = this.unread.filter((one) => one.code === "ignored" && isInside(one)).length;
    const facts = [count(files, "document"), left ? `${number(left)} left out` : "", state(folder)];
    return html`<li>
      <span class="badge" aria-hidden="true">${icon("folder")}</span>
      <p class="document-name"><span>${name}</span><span class="quiet">${facts.filter(Boolean).join(" · ")}</span></p>
      ${
        this.sure === name
          ? html`<button type="button" class="button small" @click=${() => (this.sure = "")}>Keep it</button>
            <button type="button" class="button small danger sure" @click=${() => this.forget(name)}>Forget it and its documents</button>`
          : html`<button type="button" class="icon-button small" aria-label="What is left out of ${name}" aria-expanded=${this.ruled === name} title="What is left out" @click=${() => (this.ruled = this.ruled === name ? "" : name)}>${icon("filter")}</button>
            <button type="button" class="button small" ?disabled=${this.busy} aria-label="Bring ${name} up to date" @click=${() => this.emit("update-folder", name)}>Update</button>
            <button type="button" class="icon-button small" aria-label="Forget ${name}" title="Forget" @click=${() => (this.sure = name)}>${icon("bin")}</button>`
      }
      ${this.ruled === name ? html`<folder-rules .folder=${folder} @rules=${this.changed} @leave=${() => (this.ruled = "")}></folder-rules>` : nothing}
    </li>`;
  }

  /** @param {CustomEvent} event */
  changed(event) {
    this.ruled = "";
    this.emit("folder-rules", event.detail);
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
  const refused = unread.filter(({ code }) => code && code !== "ignored");
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
