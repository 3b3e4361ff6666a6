// @ts-check
/**
 * The interface that others build on; the page of Fossick itself uses only this. Typed and
 * documented in fossick.d.ts.
 */

export { Fossick } from "./client.js";
export { FossickError } from "./errors.js";
export { utf16Offset } from "./texts.js";
