// @ts-check
/**
 * The interface that others build on; the page of Fossick itself uses only this. Typed and
 * documented in fossick.d.ts.
 */

export { Fossick, utf16Offset } from "./client.js";
export { FossickError } from "./errors.js";
