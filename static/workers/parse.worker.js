// @ts-check
/**
 * Reads files: Python without NumPy, and pdf.js beside it. It is ended when a file hangs it, so
 * nothing is kept here that anybody would miss.
 */

import "./requests.js";
import { enveloped } from "../errors.js";
import * as Comlink from "../vendor/comlink.js";
import { startInterpreter } from "./interpreter.js";
import { readContents } from "./pdf.js";
import { installWheels } from "./wheels.js";

/** @typedef {{ batch: string, paths: string[] }} Batch */

/** Files that are loaded ahead, where each is smaller than so many bytes. */
const AHEAD = 4;
const SMALL = 1 << 18;

class Parser {
  constructor() {
    /** @type {any} app.browser.parsing.ParseEndpoint */
    this.endpoint = null;
  }

  /**
   * @param {string} vocabulary
   * @param {string} limits JSON of those that are not the defaults
   * @param {MessagePort} port hears the path of each file that is opened, and of signs of life
   *   within it (""), and of the interpreter's end (`{ dead }`, the reason)
   */
  start(vocabulary, limits, port) {
    const tell = (/** @type {string} */ path) => port.postMessage(path);
    return enveloped(async () => {
      const { module, pyodide } = await startInterpreter({ module: "app.browser.parsing" });
      // A dead interpreter settles nothing, so the pool is told; what it rejects besides is no news.
      pyodide._api.on_fatal = (/** @type {unknown} */ error) => {
        addEventListener("unhandledrejection", (event) => event.preventDefault());
        port.postMessage({ dead: error instanceof Error ? error.message : String(error) });
      };
      const pdf = {
        contents: (
          /** @type {string} */ path,
          /** @type {Uint8Array} */ data,
          /** @type {import("./pdf.js").Bounds} */ bounds,
        ) => readContents(path, data, bounds, () => tell("")),
      };
      const need = (/** @type {string[]} */ names) => installWheels(pyodide, names);
      this.endpoint = module.endpoint(pdf, vocabulary, limits, tell, need);
    }, "boot-failed");
  }

  /**
   * @param {import("./sources.js").Readable[]} sources
   * @param {string} known JSON of digests in hex by path
   * @param {string[]} done paths of which nothing is to be said
   */
  begin(sources, known, done) {
    return enveloped(() => this.endpoint.begin(readables(sources), known, done));
  }

  /**
   * @param {import("./sources.js").Readable} source
   * @param {string} wanted path inside of it
   * @returns {Promise<import("../errors.js").Envelope<Uint8Array<ArrayBuffer> | null>>}
   */
  member(source, wanted) {
    return enveloped(() => this.endpoint.member(readables([source])[0], wanted));
  }

  /** @returns {Promise<import("../errors.js").Envelope<Batch | null>>} */
  next() {
    return enveloped(() => this.endpoint.next());
  }
}

/**
 * Sources with a `read`. While one is parsed, the next small ones are already on their way.
 *
 * @param {import("./sources.js").Readable[]} sources
 */
function readables(sources) {
  /** @type {Promise<Uint8Array>[]} */
  const begun = [];
  const begin = (/** @type {number} */ at) => {
    begun[at] ??= load(sources[at]);
    begun[at].catch(() => {}); // Heard of when its turn comes.
    return begun[at];
  };
  return sources.map(({ path, size, modified }, at) => ({
    path,
    size,
    modified,
    read: () => {
      const data = begin(at);
      for (let next = at + 1; next <= at + AHEAD && next < sources.length; next += 1) {
        if ((sources[next].size ?? SMALL) < SMALL) void begin(next);
      }
      delete begun[at];
      return data;
    },
    open: () => open(sources[at]),
  }));
}

/** @param {import("./sources.js").Readable} source */
async function blobOf({ file, handle }) {
  // Asked for now: a File is void as soon as the file has changed.
  return /** @type {Blob} */ (file ?? (await handle?.getFile()));
}

/** @param {import("./sources.js").Readable} source */
async function load(source) {
  return new Uint8Array(await (await blobOf(source)).arrayBuffer());
}

/**
 * A file of which parts are read when they are asked for, at once.
 *
 * @param {import("./sources.js").Readable} source
 */
async function open(source) {
  const blob = await blobOf(source);
  const reader = new FileReaderSync();
  const part = (/** @type {number} */ start, /** @type {number} */ end) =>
    new Uint8Array(reader.readAsArrayBuffer(blob.slice(start, end)));
  return { size: blob.size, part };
}

Comlink.expose(new Parser());
