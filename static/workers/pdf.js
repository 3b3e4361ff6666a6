// @ts-check
/** Bytes of a PDF to the text items of its pages and what stands beside them, through pdf.js. */

import { FossickError } from "../errors.js";
import { filesOf, notesOf, outlineOf } from "./pdf-beside.js";
import { coded, openDocument } from "./pdf-document.js";

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
/**
 * As PdfContents of app/formats/pdf_contents.py has it.
 *
 * @typedef {object} Contents
 * @property {PageItems[]} pages
 * @property {Record<string, string>} info
 * @property {import("./pdf-beside.js").Note[]} notes
 * @property {import("./pdf-beside.js").Entry[]} outline
 * @property {import("./pdf-beside.js").Attached[]} files
 */
/**
 * How much is looked at: pages of a document, notes of a page, entries of an outline, and files
 * that are attached, which are all unpacked if this is not 0.
 *
 * @typedef {{ pages: number, notes: number, entries: number, files: number }} Bounds
 */

const SPLIT = "Split the file, then add its parts.";

/**
 * Throws a FossickError: "encrypted", "damaged", or "too-large" for more pages than `bounds` allows.
 *
 * @param {string} path for messages
 * @param {Uint8Array} data given away
 * @param {Bounds} bounds
 * @param {(done: number, total: number) => void} onPage
 * @returns {Promise<Contents>}
 */
export async function readContents(path, data, bounds, onPage) {
  const task = await openDocument({ data });
  try {
    const pdf = await task.promise;
    if (pdf.numPages > bounds.pages)
      throw new FossickError("too-large", `${path} has more than ${bounds.pages} pages.`, SPLIT);
    return await readDocument(pdf, bounds, onPage);
  } catch (error) {
    throw coded(error);
  } finally {
    await task.destroy();
  }
}

/**
 * @param {any} pdf
 * @param {Bounds} bounds
 * @param {(done: number, total: number) => void} onPage
 * @returns {Promise<Contents>}
 */
async function readDocument(pdf, bounds, onPage) {
  const labels = await pdf.getPageLabels().catch(() => null);
  const { info = {} } = await pdf.getMetadata().catch(() => ({}));
  /** @type {PageItems[]} */
  const pages = [];
  /** @type {import("./pdf-beside.js").Note[]} */
  const notes = [];
  let unreadable = 0;
  let reason;
  for (let number = 1; number <= pdf.numPages; number += 1) {
    try {
      pages.push(await readPage(pdf, number, labels?.[number - 1] ?? "", bounds, notes));
    } catch (error) {
      // Page numbers must stay true, so an unreadable page stays as an empty one.
      pages.push(itemsOf([], 0, ""));
      unreadable += 1;
      reason = error;
    }
    onPage(number, pdf.numPages);
  }
  if (unreadable > 0 && unreadable === pages.length) throw reason;
  const outline = await outlineOf(pdf, bounds.entries);
  const files = bounds.files ? await filesOf(pdf, bounds.files) : [];
  return { pages, info: texts(info), notes, outline, files };
}

/**
 * @param {any} pdf
 * @param {number} number
 * @param {string} label
 * @param {Bounds} bounds
 * @param {import("./pdf-beside.js").Note[]} notes those of the page are put there
 */
async function readPage(pdf, number, label, bounds, notes) {
  const page = await pdf.getPage(number);
  try {
    notes.push(...(await notesOf(page, bounds.notes)));
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
