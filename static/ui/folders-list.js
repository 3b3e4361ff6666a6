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

customElements.define("folders-list", FoldersList);
