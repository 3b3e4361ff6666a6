// @ts-check
import { utf16Offset } from "../fossick.js";
import { html, nothing } from "../vendor/lit.js";
import { isCode, pageWord } from "./address.js";
import { LightElement } from "./element.js";
import { fileName } from "./format.js";
import { addressTemplate } from "./hit.js";
import { icon } from "./icons.js";
import { around, linesOf, MARGIN, occurrences, pagesOf, union } from "./passage.js";
import { actionsTemplate } from "./preview-actions.js";

/** @typedef {import("../fossick.js").Hit} Hit */
/** @typedef {import("../fossick.js").StoredDocument} StoredDocument */
/** @typedef {import("./passage.js").Run} Run */

/**
 * A document opened at a passage. Fires `step` (+1, -1) for the next and previous hit, and
 * `leave` when it is to close.
 */
export class PassagePreview extends LightElement {
  static properties = {
    hit: { attribute: false },
    document: { attribute: false },
    error: { attribute: false },
    file: { attribute: false },
    position: {},
    said: { state: true },
    earlier: { state: true },
    later: { state: true },
  };

  constructor() {
    super();
    /** @type {Hit | null} */
    this.hit = null;
    /** @type {StoredDocument | null} */
    this.document = null;
    /** @type {Error & { hint?: string } | null} */
    this.error = null;
    /** @type {File | null} the file itself, where it can be had */
    this.file = null;
    this.said = "";
    /** "2 of 14" among the hits; empty when opened from the list of documents. */
    this.position = "";
    this.earlier = MARGIN;
    this.later = MARGIN;
  }

  /** @param {import("lit").PropertyValues} changed */
  willUpdate(changed) {
    if (changed.has("document") || changed.has("hit")) this.earlier = this.later = MARGIN;
    if (changed.has("document") || changed.has("hit")) this.said = "";
  }

  /** @param {import("lit").PropertyValues} changed */
  updated(changed) {
    if (changed.has("document") || changed.has("hit")) this.scrollToPassage();
  }

  scrollToPassage() {
    const body = this.querySelector(".preview-body");
    const target = this.querySelector(".preview-body mark.here, .preview-body .here");
    if (!body) return;
    if (!target || !this.hit) body.scrollTop = 0;
    else
      body.scrollTop +=
        target.getBoundingClientRect().top -
        body.getBoundingClientRect().top -
        body.clientHeight / 4;
  }

  /** Moves the focus to the text, so that keys scroll it. */
  focusText() {
    /** @type {HTMLElement | null} */ (this.querySelector(".preview-body"))?.focus({
      preventScroll: true,
    });
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") this.emit("leave");
    else if (event.key === "n" && this.position) this.emit("step", 1);
    else if (event.key === "p" && this.position) this.emit("step", -1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  render() {
    const title =
      this.hit?.title ||
      this.document?.title ||
      fileName(this.hit?.path ?? this.document?.path ?? "");
    const path = this.document?.path ?? this.hit?.path ?? "";
    return html`<section class="preview" aria-label="Passage in ${title}" @keydown=${this.onKey}>
      <header class="preview-head">
        <button type="button" class="icon-button small preview-back" aria-label="Back to the results" @click=${() => this.emit("leave")}>${icon("back")}</button>
        <div class="preview-names">
          <h2>${title}</h2>
          ${addressTemplate(path, title, this.hit?.address)}
          ${actionsTemplate({ path, title, address: this.hit?.address }, this.file, (text) => (this.said = text))}
          <p class="visually-hidden" role="status">${this.said}</p>
        </div>
        ${this.position ? this.steps() : nothing}
        <button type="button" class="icon-button small preview-close" aria-label="Close" title="Close (Esc)" @click=${() => this.emit("leave")}>${icon("close")}</button>
      </header>
      <div class="preview-body" tabindex="0" role="group" aria-label="Text of ${title}">${this.body()}</div>
    </section>`;
  }

  steps() {
    return html`<div class="preview-steps">
      <span class="quiet number">${this.position}</span>
      <button type="button" class="icon-button small" aria-label="Previous hit" title="Previous hit (p)" @click=${() => this.emit("step", -1)}>${icon("up")}</button>
      <button type="button" class="icon-button small" aria-label="Next hit" title="Next hit (n)" @click=${() => this.emit("step", 1)}>${icon("down")}</button>
    </div>`;
  }

  body() {
    if (this.error) {
      return html`<div class="message danger" role="alert"><p>${this.error.message}</p>${this.error.hint ? html`<p class="quiet">${this.error.hint}</p>` : nothing}</div>`;
    }
    if (!this.document) return html`<p class="quiet preview-wait">Opening…</p>`;
    const { text, path } = this.document;
    const start = utf16Offset(text, this.hit?.start ?? 0);
    const passage = { start, end: start + (this.hit?.text.length ?? 0) };
    const shown = around(text, passage, this.earlier, this.later);
    const marks = this.marks(text, shown, start);
    const code =
      this.document.kind === "code" || (this.document.kind !== "markdown" && isCode(path));
    return html`
      ${shown.start > 0 ? this.more("Show earlier text", () => (this.earlier += 4 * MARGIN)) : nothing}
      ${code ? codeTemplate(linesOf(text, shown, passage, marks)) : proseTemplate(pagesOf(text, shown, passage, marks, !PLAIN.has(this.document.kind)), pageWord(path))}
      ${shown.end < text.length ? this.more("Show later text", () => (this.later += 4 * MARGIN)) : nothing}
    `;
  }

  /**
   * @param {string} label
   * @param {() => void} onClick
   */
  more(label, onClick) {
    return html`<button type="button" class="button small more" @click=${onClick}>${label}</button>`;
  }

  /**
   * Matches of the passage as the engine gave them, and the same words elsewhere in the text.
   * @param {string} text
   * @param {import("./passage.js").Span} shown
   * @param {number} start
   */
  marks(text, shown, start) {
    const hit = this.hit;
    if (!hit) return [];
    /** @type {import("./pieces.js").Range[]} */
    const own = hit.highlights.map(([a, b]) => [start + a, start + b]);
    const words = hit.highlights.map(([a, b]) => hit.text.slice(a, b));
    return union(own, occurrences(text, shown, words));
  }
}

/** Families in whose texts a tab is a tab. */
const PLAIN = new Set(["text", "markdown", "html", "code", "chunk", "pdf"]);

/**
 * @param {import("./passage.js").Page[]} pages
 * @param {string} word what a page is called
 */
function proseTemplate(pages, word) {
  const title = word[0]?.toUpperCase() + word.slice(1);
  return pages.map(
    ({ number, parts }) => html`<div class="page">
      ${number === null ? nothing : html`<p class="page-number"><span>${title} ${number}</span></p>`}
      ${parts.map((part) => ("rows" in part ? tableTemplate(part.rows) : html`<div class="prose" dir="auto">${part.runs.map(runTemplate)}</div>`))}
    </div>`,
  );
}

/** @param {Run[][][]} rows */
function tableTemplate(rows) {
  return html`<div class="table-scroll"><table class="cells"><tbody>
    ${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td dir="auto">${cell.map(runTemplate)}</td>`)}</tr>`)}
  </tbody></table></div>`;
}

/** @param {import("./passage.js").Line[]} lines */
function codeTemplate(lines) {
  return html`<div class="code-text">${lines.map(
    ({ number, runs, passage }) =>
      html`<div class="line ${passage ? "here" : ""}"><span class="line-number" aria-hidden="true">${number}</span><code>${runs.length ? runs.map(runTemplate) : "\n"}</code></div>`,
  )}</div>`;
}

/** @param {Run} run */
function runTemplate({ text, mark, passage }) {
  if (mark) return html`<mark class=${passage ? "here" : "elsewhere"}>${text}</mark>`;
  return passage ? html`<span class="here">${text}</span>` : text;
}

customElements.define("passage-preview", PassagePreview);
