// @ts-check
/**
 * Opens PDFs through pdf.js, all of which runs in the worker that calls: it takes its worker half
 * from `globalThis.pdfjsWorker` when it finds it there.
 *
 * No script of a document runs, none of its fonts reaches the browser (glyphs are drawn as
 * paths), and nothing is fetched but what lies beside pdf.js.
 */

import { FossickError } from "../errors.js";

const PDFJS = new URL("../vendor/pdfjs/", import.meta.url).href;

/** @type {Promise<any> | null} */
let library = null;

/** pdf.js itself, once it has come. */
export function loadLibrary() {
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
 * pdf.js's loading task for a document; `task.promise` is the document, `task.destroy()` its end.
 *
 * @param {object} source `{data}` with its bytes, given away, or `{range}` that reads them
 */
export async function openDocument(source) {
  const { getDocument, VerbosityLevel } = await loadLibrary();
  return getDocument({
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
    ...source,
  });
}

/**
 * Whatever pdf.js throws as a FossickError: "encrypted", "damaged", or a code of its own.
 *
 * @param {unknown} error
 */
export function coded(error) {
  if (error instanceof FossickError) return error;
  const { name = "", message = String(error) } = /** @type {Error} */ (error ?? {});
  const [code, sentence] = CODES[name] ?? ["damaged", "The document cannot be read."];
  return new FossickError(code, code === "encrypted" ? sentence : `${sentence} (${message})`);
}
