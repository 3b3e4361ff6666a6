// @ts-check
/**
 * Draws pages of one PDF. It is ended when a page hangs it, so nothing is kept here that anybody
 * would miss; the file is read by ranges, as its pages need them.
 */

import "./requests.js";
import { enveloped } from "../errors.js";
import * as Comlink from "../vendor/comlink.js";
import {
  CanvasFactory,
  contextOf,
  FilterFactory,
  LONGEST_SIDE,
  MOST_PIXELS,
} from "./pdf-canvas.js";
import { coded, loadLibrary, openDocument } from "./pdf-document.js";
import { textsOf } from "./pdf-text.js";

/** Pixels of a picture within a page; larger ones are left out. */
const LARGEST_PICTURE = 100_000_000;
/** Bytes that are read at once. */
const CHUNK = 1 << 18;

/**
 * @typedef {object} Drawn
 * @property {ImageBitmap} image
 * @property {number} width of the page, in points as it is shown
 * @property {number} height
 * @property {import("./pdf-text.js").PageText[]} texts
 */

class PageDrawer {
  constructor() {
    /** @type {any} */
    this.pdf = null;
    /** @type {any} */
    this.drawing = null;
    /** @type {Promise<any>} rejects when the file can no longer be read */
    this.lost = new Promise(() => {});
  }

  /** @param {Blob} file */
  open(file) {
    return enveloped(async () => {
      try {
        const { range, lost } = await rangesOf(file);
        this.lost = lost;
        const task = await openDocument({
          range,
          rangeChunkSize: CHUNK,
          disableAutoFetch: true,
          disableStream: true,
          maxImageSize: LARGEST_PICTURE,
          CanvasFactory,
          FilterFactory,
        });
        this.pdf = await Promise.race([task.promise, lost]);
        const labels = await this.pdf.getPageLabels().catch(() => null);
        return { pages: this.pdf.numPages, labels };
      } catch (error) {
        throw error instanceof DOMException ? error : coded(error);
      }
    });
  }

  /**
   * One that is asked for while another is drawn ends that.
   *
   * @param {number} number from 1
   * @param {number} width pixels
   */
  draw(number, width) {
    return enveloped(async () => {
      this.drawing?.cancel();
      try {
        const drawing = this.drawn(number, width);
        const drawn = await Promise.race([drawing, this.lost]);
        return Comlink.transfer(drawn, [drawn.image]);
      } catch (error) {
        if (error instanceof Error && error.name === "RenderingCancelledException") {
          throw new DOMException("Another page was asked for.", "AbortError");
        }
        throw error instanceof DOMException ? error : coded(error);
      }
    });
  }

  /**
   * @param {number} number
   * @param {number} width
   * @returns {Promise<Drawn>}
   */
  async drawn(number, width) {
    const { AnnotationMode } = await loadLibrary();
    const page = await this.pdf.getPage(number);
    const plain = page.getViewport({ scale: 1 });
    const viewport = page.getViewport({ scale: scaleOf(plain, width) });
    const canvas = new OffscreenCanvas(pixels(viewport.width), pixels(viewport.height));
    const context = contextOf(canvas);
    const task = page.render({
      canvas: null,
      canvasContext: context,
      viewport,
      annotationMode: AnnotationMode.ENABLE,
    });
    // Between two steps the next request is heard.
    task.onContinue = (/** @type {() => void} */ go) => setTimeout(go);
    this.drawing = task;
    const [content] = await Promise.all([page.getTextContent(), task.promise]);
    const image = canvas.transferToImageBitmap();
    page.cleanup();
    return { image, width: plain.width, height: plain.height, texts: textsOf(content, plain) };
  }
}

/** @param {number} length */
const pixels = (length) => Math.max(1, Math.floor(length));

/**
 * @param {{ width: number, height: number }} page
 * @param {number} width
 */
function scaleOf(page, width) {
  const { width: w, height: h } = page;
  return Math.min(width / w, LONGEST_SIDE / Math.max(w, h), Math.sqrt(MOST_PIXELS / (w * h)));
}

/**
 * What reads a file for pdf.js, and `lost`, which rejects when it cannot be read any more.
 *
 * @param {Blob} file
 */
async function rangesOf(file) {
  const { PDFDataRangeTransport } = await loadLibrary();
  const first = new Uint8Array(await file.slice(0, CHUNK).arrayBuffer());
  const range = new PDFDataRangeTransport(file.size, first, false);
  const { promise: lost, reject } = Promise.withResolvers();
  lost.catch(() => {}); // Heard of where something waits for the file.
  range.requestDataRange = async (/** @type {number} */ begin, /** @type {number} */ end) => {
    try {
      const data = await file.slice(begin, end).arrayBuffer();
      range.onDataRange(begin, new Uint8Array(data));
    } catch (error) {
      reject(error);
    }
  };
  return { range, lost };
}

Comlink.expose(new PageDrawer());
