// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { badge } from "./address.js";
import { LightElement } from "./element.js";
import { bytes, count, date, fileName, number, shortPath } from "./format.js";
import { icon } from "./icons.js";

/** Rows in the page at once; a filter narrows the rest. */
const PAGE = 100;
/** Files that were not read, and are named where no document fits. */
const REASONS = 10;

/**
 * The documents of the collection with a filter over their paths and titles.
 * Fires `show` (a document id) and `remove` (a list of ids).
 */
export class DocumentsList extends LightElement {
  static properties = {
    documents: { attribute: false },
    unread: { attribute: false },
    filter: { state: true },
    shown: { state: true },
  };

  constructor() {
    super();
    /** @type {readonly import("../fossick.js").DocumentInfo[]} */
    this.documents = [];
    /** @type {readonly import("../fossick.js").UnreadFile[]} */
    this.unread = [];
    this.filter = "";
    this.shown = PAGE;
  }

  matching() {
    const fits = this.fits();
    return this.documents.filter(({ path, title }) => fits(`${path} ${title ?? ""}`));
  }

  /** @returns {(text: string) => boolean} whether a text holds all words of the filter */
  fits() {
    const words = this.filter.toLowerCase().split(/\s+/u).filter(Boolean);
    return (text) => words.every((word) => text.toLowerCase().includes(word));
  }

  /** Why there is no document of the name that is looked for. */
  missing() {
    const fits = this.fits();
    const parts = this.filter.toLowerCase().split(/[\s/]+/u);
    // A folder that is left out answers for what is in it, whose names nobody has read.
    const holds = (/** @type {string} */ path) => parts.includes(fileName(path).toLowerCase());
    const found = this.unread
      .filter(({ path, code }) => code && (fits(path) || (code === "ignored" && holds(path))))
      .slice(0, REASONS);
    return html`<ul class="documents unread" aria-label="Why it is not here">
      ${found.map(({ path, message, hint }) => html`<li><p class="document-name"><span title=${path}>${message}</span><span class="quiet">${hint}</span></p></li>`)}
      ${found.length > 0 ? nothing : html`<li><p class="document-name"><span>No file of this name has been added.</span><span class="quiet">${this.advice()}</span></p></li>`}
    </ul>`;
  }

  /** What to do about a file that nothing is known of. */
  advice() {
    const left = this.unread.filter(({ code }) => code === "ignored");
    const names = [...new Set(left.map(({ path }) => fileName(path)))].slice(0, REASONS);
    const advice = "Add it, or the folder that it lies in.";
    if (names.length === 0) return advice;
    return `${advice} Or it lies in something that a rule leaves out: ${names.join(", ")}.`;
  }

  /** @param {Event} event */
  typed(event) {
    this.filter = /** @type {HTMLInputElement} */ (event.target).value;
    this.shown = PAGE;
  }

  render() {
    const found = this.matching();
    return html`
      <input type="search" class="field" aria-label="Filter documents" placeholder="Filter by name or folder" .value=${this.filter} @input=${this.typed}>
      <p class="quiet number" role="status">${this.filter ? `${number(found.length)} of ${count(this.documents.length, "document")}` : nothing}</p>
      ${this.filter && found.length === 0 ? this.missing() : nothing}
      <ul class="documents" aria-label="Documents" ?hidden=${found.length === 0}>
        ${found.slice(0, this.shown).map((doc) => this.row(doc))}
      </ul>
      ${
        found.length > this.shown
          ? html`<button type="button" class="button small more" @click=${() => (this.shown += PAGE)}>Show more</button>`
          : nothing
      }
    `;
  }

  /** @param {import("../fossick.js").DocumentInfo} doc */
  row(doc) {
    const facts = [
      doc.size != null ? bytes(doc.size) : "",
      doc.chunks != null ? count(doc.chunks, "passage") : "",
      doc.modified ? date(doc.modified * 1000) : "",
    ].filter(Boolean);
    return html`<li>
      <span class="badge" aria-hidden="true">${badge(doc.path)}</span>
      <button type="button" class="document-name" title=${doc.path} @click=${() => this.emit("show", doc.id)}>
        <span>${shortPath(doc.path, 60)}</span><span class="quiet">${facts.join(" · ")}</span>
      </button>
      <button type="button" class="icon-button small" aria-label="Remove ${doc.path}" title="Remove" @click=${() => this.emit("remove", [doc.id])}>${icon("bin")}</button>
    </li>`;
  }
}

customElements.define("documents-list", DocumentsList);
