// @ts-check
import { utf16Offset } from "../fossick.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { fileName } from "./format.js";
import { addressTemplate } from "./hit.js";
import { icon } from "./icons.js";
import { bring, forget, matchBeside, reach } from "./match-steps.js";
import "./page-view.js";
import { MARGIN } from "./passage.js";
import { actionsTemplate } from "./preview-actions.js";
import { textTemplate } from "./preview-text.js";

/** @typedef {import("../fossick.js").Hit} Hit */
/** @typedef {import("../fossick.js").StoredDocument} StoredDocument */
/** @typedef {import("./passage.js").Sought} Sought */
/** @typedef {Error & { hint?: string }} Trouble */

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
    shown: { state: true },
    asText: { state: true },
    trouble: { state: true },
  };

  constructor() {
    super();
    /** @type {Hit | null} */
    this.hit = null;
    /** @type {StoredDocument | null} */
    this.document = null;
    /** @type {Trouble | null} */
    this.error = null;
    /** @type {File | null} the file itself, where it can be had */
    this.file = null;
    this.said = "";
    /** "2 of 14" among the hits; empty when opened from the list of documents. */
    this.position = "";
    /** Characters of text before and after the passage. */
    this.shown = { earlier: MARGIN, later: MARGIN };
    /** Whether the text is wanted where the page could be shown; stays from hit to hit. */
    this.asText = false;
    /** @type {Trouble | null} why the pages of this document cannot be shown */
    this.trouble = null;
    /** @type {Sought | null} */
    this.sought = null;
    /** Which way a match is looked for on another page, 0 for none. */
    this.underWay = 0;
    /** @type {number[]} steps from match to match that wait for what is being drawn */
    this.waiting = [];
  }

  /**
   * Whether another passage is shown than before, and not the same one read again.
   * @param {import("lit").PropertyValues} changed
   */
  isOther(changed) {
    const [hit, document] = [changed.get("hit"), changed.get("document")];
    return (
      (changed.has("hit") && hit?.id !== this.hit?.id) ||
      Boolean(document && document.path !== this.document?.path)
    );
  }

  /** @param {import("lit").PropertyValues} changed */
  willUpdate(changed) {
    if (changed.has("document") || changed.has("file")) this.trouble = null;
    if (!changed.has("document") && !changed.has("hit")) return;
    this.shown = { earlier: MARGIN, later: MARGIN };
    if (this.isOther(changed)) {
      this.said = "";
      this.waiting = [];
    }
    this.underWay = 0;
    this.sought = this.document && soughtIn(this.document, this.hit);
  }

  /** @param {import("lit").PropertyValues} changed */
  updated(changed) {
    if (["document", "hit", "asText", "trouble"].some((one) => changed.has(one))) {
      this.scrollToPassage();
      this.stepOn();
    }
  }

  /** Whether the pages themselves are on the screen. */
  get showsPages() {
    return this.hasPages && !this.asText;
  }

  get hasPages() {
    return this.document?.kind === "pdf" && this.file !== null && !this.trouble;
  }

  scrollToPassage() {
    const { textBody: body } = this;
    if (!body) return;
    forget(body);
    // A long passage may begin far above its first match.
    const target = body.querySelector("mark.here") ?? body.querySelector(".here");
    if (target && this.hit) bring(body, target);
    else body.scrollTop = body.scrollLeft = 0;
  }

  /** A page has come: to the passage, or to the match that was on the way. */
  arrive() {
    const by = this.underWay;
    this.underWay = 0;
    this.scrollToPassage();
    const marks = this.textBody?.querySelectorAll("mark") ?? [];
    const target = by > 0 ? marks[0] : marks[marks.length - 1];
    if (by !== 0 && target) this.reachMatch(target);
    this.stepOn();
  }

  /** Whether what is asked for is still to be read or drawn. */
  get isDrawing() {
    return this.error === null && (this.sought === null || Boolean(this.pageView?.isDrawing));
  }

  /** Takes the steps that waited. */
  stepOn() {
    while (this.waiting.length > 0 && !this.isDrawing) this.stepMatch(this.waiting.shift() ?? 0);
  }

  /** @param {number} by */
  stepMatch(by) {
    if (this.isDrawing) {
      this.waiting.push(by);
      return;
    }
    const { textBody: body, pageView } = this;
    const target = body && matchBeside(body, by);
    if (target) this.reachMatch(target);
    else if (pageView?.turnToMatch(by)) this.underWay = by;
    else this.said = by > 0 ? "No further match." : "No earlier match.";
  }

  /** @param {Element} mark */
  reachMatch(mark) {
    const { textBody: body } = this;
    if (!body) return;
    this.said = reach(body, mark);
    bring(body, mark);
  }

  get textBody() {
    return this.querySelector(".preview-body");
  }

  get pageView() {
    return /** @type {import("./page-view.js").PageView | null} */ (
      this.querySelector("page-view")
    );
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
    else if (event.key === "t" && this.hasPages) this.asText = !this.asText;
    else if (event.key === "m") this.stepMatch(1);
    else if (event.key === "M") this.stepMatch(-1);
    else if (!this.pageView?.onKey(event.key)) return;
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
          ${actionsTemplate({ path, title, address: this.hit?.address }, this.file, (text) => (this.said = text), this.views())}
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

  views() {
    if (!this.hasPages) return nothing;
    const label = this.asText ? "Show pages" : "Show text";
    return html`<button type="button" class="button small" title="${label} (t)" @click=${() => (this.asText = !this.asText)}>${label}</button>`;
  }

  body() {
    if (this.error) {
      return html`<div class="message danger" role="alert"><p>${this.error.message}</p>${this.error.hint ? html`<p class="quiet">${this.error.hint}</p>` : nothing}</div>`;
    }
    const { document, sought } = this;
    if (!document || !sought) return html`<p class="quiet preview-wait">Opening…</p>`;
    if (this.showsPages) {
      return html`<page-view .file=${this.file} .sought=${sought}
        @placed=${() => this.arrive()}
        @fail=${(/** @type {CustomEvent<Trouble>} */ e) => (this.trouble = e.detail)}></page-view>`;
    }
    const { earlier, later } = this.shown;
    return html`${document.kind === "pdf" ? this.pagesNote() : nothing}
      ${textTemplate(document, sought, this.shown, (more) => {
        this.shown = {
          earlier: more.earlier ? earlier + 4 * MARGIN : earlier,
          later: more.later ? later + 4 * MARGIN : later,
        };
      })}`;
  }

  /** Why there is text where pages could be. */
  pagesNote() {
    if (this.trouble) {
      return html`<p class="page-note" role="status">The pages cannot be shown. ${this.trouble.message}</p>`;
    }
    if (this.file) return nothing;
    return html`<p class="page-note">The pages themselves are shown where the file is at hand: in a folder that is kept, or added in this visit.</p>`;
  }
}

/**
 * @param {StoredDocument} document
 * @param {Hit | null} hit
 * @returns {Sought}
 */
function soughtIn({ text }, hit) {
  const start = utf16Offset(text, hit?.start ?? 0);
  return {
    text,
    passage: { start, end: start + (hit?.text.length ?? 0) },
    highlights: (hit?.highlights ?? []).map(([a, b]) => [start + a, start + b]),
    words: (hit?.highlights ?? []).map(([a, b]) => hit?.text.slice(a, b) ?? ""),
  };
}

customElements.define("passage-preview", PassagePreview);
