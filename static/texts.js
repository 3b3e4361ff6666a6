// @ts-check
/** Texts that go to the engine, and places in those that come from it. */

import { FossickError } from "./errors.js";

/** @param {unknown} text */
export function wellFormed(text) {
  if (typeof text !== "string") throw new FossickError("bad-query", "The query is no text.");
  return text.toWellFormed();
}

/**
 * @param {string} text
 * @param {number} codePoints
 */
export function utf16Offset(text, codePoints) {
  let units = 0;
  for (let left = codePoints; left > 0 && units < text.length; left -= 1) {
    units += /** @type {number} */ (text.codePointAt(units)) > 0xffff ? 2 : 1;
  }
  return units;
}
