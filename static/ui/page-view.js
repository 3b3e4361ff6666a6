// @ts-check
import { PdfDocument } from "../fossick.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { count } from "./format.js";
import { icon } from "./icons.js";
import { marksOnPage } from "./page-marks.js";
import { occurrences, pageAt, pageSpan } from "./passage.js";
import { runTemplate } from "./runs.js";

/** @typedef {import("../fossick.js").PdfPage} PdfPage */
/** @typedef {import("../fossick.js").PdfText} PdfText */
/** @typedef {import("./passage.js").Run} Run */
/** @typedef {import("./passage.js").Sought} Sought */

/** Sizes that a page is shown in, as shares of the room there is. */
const SIZES = [1, 1.5, 2];
/** How much wider the room must be before a page is drawn anew. */
const COARSER = 1.2;

/**
 * Pages of a PDF as they look, its texts above them with the matches marked. Fires `placed` when
 * the page of a passage is there, and `fail` with an error when none can be shown.
 */
export class PageView extends LightElement {
  static properties = {
    file: { attribute: false },
    sought: { attribute: false },
    number: { state: true },
    pages: { state: true },
    drawn: { state: true },
    size: { state: true },
  };

  constructor() {
    super();
    /** @type {File | null} */
    this.file = null;
    /** @type {Sought | null} */
    this.sought = null;
    this.number = 1;
    this.pages = 0;
    /** @type {PdfPage | null} */
    this.drawn = null;
    this.size = 0;
    /** @type {Promise<PdfDocument> | null} */
    this.pdf = null;
    /** Pixels that the page was drawn for. */
    this.wide = 0;
    this.room = new ResizeObserver(() => this.fit());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.room.disconnect();
    this.leave();
  }

  firstUpdated() {
    this.room.observe(this);
  }

  /** @param {import("lit").PropertyValues} changed */
  willUpdate(changed) {
    if (changed.has("file")) {
      this.leave();
      if (this.file) this.pdf = PdfDocument.open(this.file);
    }
    if (changed.has("sought") && this.sought) {
      const { text, passage, highlights } = this.sought;
      this.number = pageAt(text, highlights[0]?.[0] ?? passage.start);
    }
  }

  /** @param {import("lit").PropertyValues} changed */
  updated(changed) {
    if (["file", "sought", "number", "size"].some((one) => changed.has(one))) void this.draw();
  }

  async draw() {
    const { pdf, number, file } = this;
    if (!pdf) return;
    this.wide = this.clientWidth * (SIZES[this.size] ?? 1) * devicePixelRatio;
    try {
      const document = await pdf;
      if (this.file !== file || this.number !== number) return;
      this.pages = document.pages;
      const known = this.drawn?.number === number && this.canvas.width >= Math.floor(this.wide);
      if (!known) this.show(await document.page(number, { width: Math.max(1, this.wide) }));
      if (this.file !== file || this.number !== number) return;
      await this.updateComplete;
      this.emit("placed");
    } catch (error) {
      const { code } = /** @type {{ code?: string }} */ (error);
      if (code !== "cancelled" && code !== "closed") this.emit("fail", error);
    }
  }

  /** @param {PdfPage} drawn */
  show(drawn) {
    if (drawn.number !== this.number) return drawn.image.close();
    [this.canvas.width, this.canvas.height] = [drawn.image.width, drawn.image.height];
    this.canvas.getContext("bitmaprenderer")?.transferFromImageBitmap(drawn.image);
    this.drawn = drawn;
  }

  /** Whether the page that is asked for is still to come. */
  get isDrawing() {
    return this.drawn?.number !== this.number;
  }

  get canvas() {
    return /** @type {HTMLCanvasElement} */ (this.querySelector("canvas"));
  }

  /** Draws anew where the room has become much wider. */
  fit() {
    const wide = this.clientWidth * (SIZES[this.size] ?? 1) * devicePixelRatio;
    if (this.drawn && wide > COARSER * this.wide) void this.draw();
  }

  leave() {
    this.pdf?.then((pdf) => pdf.close()).catch(() => {});
    this.pdf = this.drawn = null;
    this.pages = 0;
  }

  /**
   * @param {string} key
   * @returns {boolean} whether it means something here
   */
  onKey(key) {
    if (key === "ArrowLeft") this.turn(-1);
    else if (key === "ArrowRight") this.turn(1);
    else if (key === "+") this.resize(1);
    else if (key === "-") this.resize(-1);
    else return false;
    return true;
  }

  /** @param {number} by */
  turn(by) {
    const last = this.pages || this.number;
    this.number = Math.max(1, Math.min(last, this.number + by));
  }

  /**
   * To the next page (+1) or the one before (-1) that holds a match, if there is one.
   * @param {number} by
   */
  turnToMatch(by) {
    const { text, words } = this.sought ?? { text: "", words: [] };
    for (let number = this.number + by; number >= 1 && number <= this.pages; number += by) {
      if (occurrences(text, pageSpan(text, number), words).length === 0) continue;
      this.number = number;
      return true;
    }
    return false;
  }

  /** @param {number} by */
  resize(by) {
    this.size = Math.max(0, Math.min(SIZES.length - 1, this.size + by));
  }

  render() {
    const { drawn, sought, number } = this;
    const shown = this.isDrawing ? null : drawn;
    const marked = shown && sought ? marksOf(shown, sought) : null;
    const label = shown?.label && shown.label !== String(number) ? ` (${shown.label})` : "";
    return html`<div class="page-bar">
        ${this.button("back", "Previous page", "Previous page (←)", () => this.turn(-1), number <= 1)}
        <span class="number" role="status">Page ${number}${label}${this.pages ? ` of ${this.pages}` : ""}</span>
        ${this.button("next", "Next page", "Next page (→)", () => this.turn(1), number >= this.pages)}
        <span class="page-sizes">
          ${this.button("smaller", "Smaller", "Smaller (-)", () => this.resize(-1), this.size === 0)}
          ${this.button("larger", "Larger", "Larger (+)", () => this.resize(1), this.size === SIZES.length - 1)}
        </span>
      </div>
      ${marked?.missing ? html`<p class="page-note">${count(marked.missing, "match", "matches")} of this page cannot be placed on it; the text has all of them.</p>` : nothing}
      <div class="pdf-page size-${this.size}" ?data-busy=${!shown} .style=${`aspect-ratio: ${drawn?.width ?? 1} / ${drawn?.height ?? Math.SQRT2}`}>
        <canvas aria-hidden="true"></canvas>
        <div class="page-texts">${shown && marked ? shown.texts.map((text, at) => textTemplate(text, marked.runs[at] ?? [])) : nothing}</div>
      </div>`;
  }

  /**
   * One that cannot be used keeps the focus, or the keys would be lost with it.
   * @param {keyof typeof import("./icons.js").paths} name
   * @param {string} label
   * @param {string} title
   * @param {() => void} onClick
   * @param {boolean} disabled
   */
  button(name, label, title, onClick, disabled) {
    return html`<button type="button" class="icon-button small" aria-label=${label} title=${title} aria-disabled=${disabled} @click=${onClick}>${icon(name)}</button>`;
  }
}

/** @type {WeakMap<PdfPage, { sought: Sought, marked: ReturnType<typeof marksOnPage> }>} */
const cache = new WeakMap();

/**
 * @param {PdfPage} page
 * @param {Sought} sought
 */
function marksOf(page, sought) {
  const known = cache.get(page);
  if (known?.sought === sought) return known.marked;
  const span = pageSpan(sought.text, page.number);
  const marked = marksOnPage(sought.text, page.texts, { page: span, ...sought });
  cache.set(page, { sought, marked });
  return marked;
}

/**
 * @param {PdfText} text
 * @param {readonly Run[]} runs
 */
function textTemplate({ left, top, size, stretch, angle, family, endsLine }, runs) {
  const style = `left: ${100 * left}%; top: ${100 * top}%; font: ${100 * size}cqw/1 ${family}; transform: rotate(${angle}deg) scaleX(${stretch || 1})`;
  return html`<span .style=${style}>${runs.map(runTemplate)}</span>${endsLine ? "\n" : nothing}`;
}

customElements.define("page-view", PageView);
