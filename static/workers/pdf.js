// @ts-check
/** Bytes of a PDF to the text items of its pages, through pdf.js. */

import { FossickError } from "../errors.js";
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
/** @typedef {{ pages: PageItems[], info: Record<string, string>, unreadable: number }} Parsed */

const SPLIT = "Split the file, then add its parts.";

/**
 * Throws a FossickError: "encrypted", "damaged", or "too-large" for more than `most` pages.
 *
 * @param {string} path for messages
 * @param {Uint8Array} data given away
 * @param {number} most
 * @param {(done: number, total: number) => void} onPage
 * @returns {Promise<Parsed>}
 */
export async function readPages(path, data, most, onPage) {
  const task = await openDocument({ data });
  try {
    const pdf = await task.promise;
    if (pdf.numPages > most)
      throw new FossickError("too-large", `${path} has more than ${most} pages.`, SPLIT);
    return await readDocument(pdf, onPage);
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
