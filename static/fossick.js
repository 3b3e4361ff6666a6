// @ts-check
/**
 * The interface that others build on; the page of Fossick itself uses only this. Typed and
 * documented in fossick.d.ts.
 */

import { watchNetwork } from "./network.js";

export { Fossick } from "./client.js";
export { FossickError } from "./errors.js";
export { PdfDocument } from "./pdf-pages.js";
export { utf16Offset } from "./texts.js";

watchNetwork();
