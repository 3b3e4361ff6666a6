// @ts-check
/**
 * Pages of a PDF as pictures with their texts, drawn by pdf.js in a worker of its own: a document
 * that hangs it is given up, and the page does not notice.
 */

import { FossickError, opened } from "./errors.js";
import { startWorker } from "./own-scripts.js";
import * as Comlink from "./vendor/comlink.js";

/** @typedef {import("./fossick.js").PdfPage} PdfPage */

/** Milliseconds that a document has to open, and each page to be drawn. */
const PATIENCE = 20_000;
/** Pixels that a page may be wide. */
const WIDEST = 8192;

export class PdfDocument {
  /**
   * @param {Blob} file
   * @param {{ patience?: number }} [options]
   * @returns {Promise<PdfDocument>}
   */
  static async open(file, { patience = PATIENCE } = {}) {
    const document = new PdfDocument(patience);
    try {
      const { pages, labels } = await document.ask((remote) => remote.open(file));
      document.pages = pages;
      document.labels = labels ?? [];
      return document;
    } catch (error) {
      document.close();
      throw error;
    }
  }

  /** @param {number} patience milliseconds */
  constructor(patience) {
    this.patience = patience;
    this.pages = 0;
    /** @type {string[]} */
    this.labels = [];
    this.worker = startWorker(
      new URL("./workers/pages.worker.js", import.meta.url),
      "fossick pages",
    );
    this.remote = /** @type {any} */ (Comlink.wrap(this.worker));
    /** @type {PromiseWithResolvers<never>} */
    this.ended = Promise.withResolvers();
    this.ended.promise.catch(() => {}); // Heard of by the calls that wait.
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.end(new FossickError("internal", event.message || "The worker could not be loaded."));
    };
  }

  /**
   * @param {number} number
   * @param {{ width?: number }} [options]
   * @returns {Promise<PdfPage>}
   */
  async page(number, { width = 1000 } = {}) {
    if (!Number.isInteger(number) || number < 1 || number > this.pages) {
      throw new FossickError("not-found", `There is no page ${number} of ${this.pages}.`);
    }
    if (!(width >= 1)) throw new FossickError("bad-option", `A page cannot be ${width} wide.`);
    const drawn = await this.ask((remote) => remote.draw(number, Math.min(width, WIDEST)));
    return { number, label: this.labels[number - 1] ?? "", ...drawn };
  }

  close() {
    this.end(new FossickError("closed", "The document was closed."));
  }

  /** @param {FossickError} reason */
  end(reason) {
    this.worker.terminate();
    this.ended.reject(reason);
  }

  /**
   * @param {(remote: any) => Promise<any>} work
   * @returns {Promise<any>}
   */
  async ask(work) {
    const late = setTimeout(() => {
      const message = `It was given up after ${this.patience / 1000} seconds.`;
      this.end(new FossickError("damaged", message, "Open the file itself."));
    }, this.patience);
    try {
      return opened(await Promise.race([work(this.remote), this.ended.promise]));
    } finally {
      clearTimeout(late);
    }
  }
}
