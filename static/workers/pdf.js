// @ts-check
/**
 * Bytes of a PDF to the text items of its pages, through pdf.js. All of pdf.js runs in the worker
 * that calls: it takes its worker half from `globalThis.pdfjsWorker` when it finds it there.
 */

import { FossickError } from "../errors.js";

/**
 * The text items of one page as parallel lists; see app/formats/pdf.py.
 *
 * @typedef {object} PageItems
 * @property {string[]} strings
 * @property {Float64Array} x
 * @property {Float64Array} y
 * @property {Float64Array} width
 * @property {Float64Array} size
 * @property {Uint8Array} eol
 * @property {number} pageHeight
 * @property {string} label
 */
/** @typedef {{ pages: PageItems[], info: Record<string, string>, unreadable: number }} Parsed */

const PDFJS = new URL("../vendor/pdfjs/", import.meta.url).href;

/** @type {Promise<any> | null} */
let library = null;

function load() {
  library ??= (async () => {
    const scope = /** @type {any} */ (globalThis);
    scope.pdfjsWorker = await import("../vendor/pdfjs/pdf.worker.min.mjs");
    return import("../vendor/pdfjs/pdf.min.mjs");
  })();
  return library;
}

/** Codes of pdf.js's exceptions, by name. */
const CODES = /** @type {Record<string, [string, string]>} */ ({
  PasswordException: ["encrypted", "The document is protected by a password."],
  InvalidPDFException: ["damaged", "The document is damaged beyond reading."],
  FormatError: ["damaged", "The document is damaged beyond reading."],
  MissingPDFException: ["damaged", "There is no document in the file."],
});

/**
 * Throws a FossickError: "encrypted" or "damaged".
 *
 * @param {Uint8Array} data given away
 * @param {(done: number, total: number) => void} onPage
 * @returns {Promise<Parsed>}
 */
export async function readPages(data, onPage) {
  const { getDocument, VerbosityLevel } = await load();
  const task = getDocument({
    data,
    isEvalSupported: false,
    disableFontFace: true,
    useSystemFonts: false,
    useWorkerFetch: true,
    stopAtErrors: false,
    enableXfa: false,
    verbosity: VerbosityLevel.ERRORS,
    cMapUrl: `${PDFJS}cmaps/`,
    cMapPacked: true,
    standardFontDataUrl: `${PDFJS}standard_fonts/`,
    wasmUrl: `${PDFJS}wasm/`,
  });
  try {
    return await readDocument(await task.promise, onPage);
  } catch (error) {
    throw coded(error);
  } finally {
    await task.destroy();
  }
}

/**
 * @param {any} pdf
 * @param {(done: number, total: number) => void} onPage
 * @returns {Promise<Parsed>}
 */
async function readDocument(pdf, onPage) {
  const labels = await pdf.getPageLabels().catch(() => null);
  const { info = {} } = await pdf.getMetadata().catch(() => ({}));
  /** @type {PageItems[]} */
  const pages = [];
  let unreadable = 0;
  let reason;
  for (let number = 1; number <= pdf.numPages; number += 1) {
    try {
      pages.push(await readPage(pdf, number, labels?.[number - 1] ?? ""));
    } catch (error) {
      // Page numbers must stay true, so an unreadable page stays as an empty one.
      pages.push(itemsOf([], 0, ""));
      unreadable += 1;
      reason = error;
    }
    onPage(number, pdf.numPages);
  }
  if (unreadable > 0 && unreadable === pages.length) throw reason;
  return { pages, info: texts(info), unreadable };
}

/**
 * @param {any} pdf
 * @param {number} number
 * @param {string} label
 */
async function readPage(pdf, number, label) {
  const page = await pdf.getPage(number);
  try {
    const content = await page.getTextContent({ includeMarkedContent: false });
    const [, bottom, , top] = page.view;
    return itemsOf(content.items, top - bottom, label);
  } finally {
    page.cleanup();
  }
}

/**
 * @param {any[]} items
 * @param {number} pageHeight
 * @param {string} label
 * @returns {PageItems}
 */
function itemsOf(items, pageHeight, label) {
  return {
    strings: items.map(({ str }) => str.toWellFormed()),
    x: Float64Array.from(items, ({ transform }) => transform[4]),
    y: Float64Array.from(items, ({ transform }) => transform[5]),
    width: Float64Array.from(items, ({ width }) => width),
    size: Float64Array.from(items, ({ transform }) => Math.hypot(transform[2], transform[3])),
    eol: Uint8Array.from(items, ({ hasEOL }) => (hasEOL ? 1 : 0)),
    pageHeight,
    label,
  };
}

/**
 * The entries of the information dictionary that are texts.
 *
 * @param {Record<string, unknown>} info
 */
function texts(info) {
  const entries = Object.entries(info).filter(([, value]) => typeof value === "string" && value);
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value).toWellFormed()]));
}

/** @param {unknown} error */
function coded(error) {
  const { name = "", message = String(error) } = /** @type {Error} */ (error ?? {});
  const [code, sentence] = CODES[name] ?? ["damaged", "The document cannot be read."];
  return new FossickError(code, code === "encrypted" ? sentence : `${sentence} (${message})`);
}
