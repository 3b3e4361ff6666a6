// @ts-check
/**
 * Reads files: Python without NumPy, and pdf.js beside it. It is ended when a file hangs it, so
 * nothing is kept here that anybody would miss.
 */

import { enveloped } from "../errors.js";
import * as Comlink from "../vendor/comlink.js";
import { startInterpreter } from "./interpreter.js";
import { readPages } from "./pdf.js";
import { installWheels } from "./wheels.js";

/** @typedef {{ batch: string, paths: string[] }} Batch */

class Parser {
  constructor() {
    /** @type {any} app.browser.parsing.ParseEndpoint */
    this.endpoint = null;
    /** Hears the path of each file that is opened, and of signs of life within it (""). */
    this.tell = (/** @type {string} */ _path) => {};
  }

  /**
   * @param {string} vocabulary
   * @param {(path: string) => void} tell
   */
  start(vocabulary, tell) {
    this.tell = tell;
    return enveloped(async () => {
      const { module, pyodide } = await startInterpreter({ module: "app.browser.parsing" });
      const pdf = {
        pages: (/** @type {string} */ _path, /** @type {Uint8Array} */ data) =>
          readPages(data, () => tell("")),
      };
      const need = (/** @type {string[]} */ names) => installWheels(pyodide, names);
      this.endpoint = module.endpoint(pdf, vocabulary, tell, need);
    }, "boot-failed");
  }

  /**
   * @param {import("./sources.js").Readable[]} sources
   * @param {string} known JSON of digests in hex by path
   * @param {string[]} done paths of which nothing is to be said
   */
  begin(sources, known, done) {
    return enveloped(() => this.endpoint.begin(sources.map(readable), known, done));
  }

  /** @returns {Promise<import("../errors.js").Envelope<Batch | null>>} */
  next() {
    return enveloped(() => this.endpoint.next());
  }
}

/** @param {import("./sources.js").Readable} source */
function readable({ path, size, modified, file, handle }) {
  const read = async () => {
    // Asked for now: a File is void as soon as the file has changed.
    const blob = file ?? (await handle?.getFile());
    return new Uint8Array(await /** @type {Blob} */ (blob).arrayBuffer());
  };
  return { path, size, modified, read };
}

Comlink.expose(new Parser());
