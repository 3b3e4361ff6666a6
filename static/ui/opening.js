// @ts-check
/** Which passage is open beside the results, and where the focus goes back to. */
import { hitId } from "./hit.js";
import { occurrences } from "./passage.js";
import { asError } from "./searching.js";

/** @typedef {import("../fossick.js").Hit} Hit */
/** @typedef {import("../fossick.js").StoredDocument} StoredDocument */
/**
 * @typedef {object} Opened
 * @property {Hit | null} hit null when the document was opened from a list
 * @property {StoredDocument | null} document null until it has come
 * @property {Error | null} error
 * @property {number} index place of the hit among the results, -1 if it is none
 * @property {File | null} file the document's own file, where it can be had
 */

export class Opening {
  /** @param {import("./app.js").FossickApp} app */
  constructor(app) {
    this.app = app;
    /** @type {Opened | null} */
    this.opened = null;
    /** @type {HTMLElement | null} */
    this.cameFrom = null;
  }

  /**
   * @param {number} index of the hit
   * @param {{ focus?: boolean }} [options]
   */
  async hit(index, options) {
    const hit = this.app.hits[index];
    if (!hit) return;
    this.app.active = index;
    await this.show(hit.documentId, hit, index, options);
  }

  /**
   * Opens a near-copy of a hit at its passage, with the same words marked.
   * @param {import("../fossick.js").NearCopy} copy
   * @param {Hit} hit
   */
  async copy(copy, hit) {
    const fossick = this.app.engine.opened();
    const passage = await fossick.get(copy.id).catch(() => null);
    if (!passage) return this.show(copy.documentId);
    const { text, start } = passage;
    const words = hit.highlights.map(([from, to]) => hit.text.slice(from, to));
    const highlights = occurrences(text, { start: 0, end: text.length }, words);
    return this.show(copy.documentId, { ...hit, ...copy, text, start, highlights });
  }

  /**
   * Opens a document, at a hit if one is given.
   * @param {string} id
   * @param {Hit | null} [hit]
   * @param {number} [index]
   * @param {{ focus?: boolean }} [options]
   */
  async show(id, hit = null, index = -1, { focus = true } = {}) {
    if (!this.opened) this.cameFrom = /** @type {HTMLElement | null} */ (document.activeElement);
    const known = this.opened?.document?.id === id ? this.opened.document : null;
    /** @type {Opened} */
    const opened = { hit, document: known, error: null, index, file: null };
    if (known) opened.file = this.opened?.file ?? null;
    this.set(opened);
    await this.app.updateComplete;
    if (focus) this.app.preview?.focusText();
    if (known) return;
    try {
      const fossick = this.app.engine.opened();
      const document = await fossick.get(id);
      // With its file at once, so that no text flashes up where pages are to be seen.
      const file = await fossick.file(document.path, { unpack: document.kind === "pdf" });
      if (this.opened === opened) this.set({ ...opened, document, file });
    } catch (error) {
      if (this.opened === opened) this.set({ ...opened, error: asError(error) });
    }
  }

  /** Closes it and gives the focus back to where it was. */
  async close() {
    if (!this.opened) return;
    const { index } = this.opened;
    this.set(null);
    await this.app.updateComplete;
    const from = this.cameFrom;
    const button = this.app.querySelector(`#${hitId(index)}`);
    const stays = from?.isConnected && from !== document.body && !from.dataset.hit;
    const target = stays ? from : (button ?? this.app.box.input);
    /** @type {HTMLElement} */ (target).focus();
  }

  /** Closes it without a word, because its document is gone or the page starts over. */
  drop() {
    this.set(null);
  }

  /** @param {Opened | null} opened */
  set(opened) {
    this.opened = opened;
    this.app.requestUpdate();
  }
}
