// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { badge } from "./address.js";
import { LightElement } from "./element.js";
import { bytes, count, date, number, shortPath } from "./format.js";
import { icon } from "./icons.js";

/** Rows in the page at once; a filter narrows the rest. */
const PAGE = 100;

/**
 * The documents of the collection with a filter over their paths and titles.
 * Fires `show` (a document id) and `remove` (a list of ids).
 */
export class DocumentsList extends LightElement {
  static properties = {
    documents: { attribute: false },
    filter: { state: true },
    shown: { state: true },
  };

  constructor() {
    super();
    /** @type {readonly import("../fossick.js").DocumentInfo[]} */
    this.documents = [];
    this.filter = "";
    this.shown = PAGE;
  }

  matching() {
    const words = this.filter.toLowerCase().split(/\s+/u).filter(Boolean);
    return this.documents.filter(({ path, title }) => {
      const text = `${path} ${title ?? ""}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
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
      <ul class="documents" aria-label="Documents">
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
