// @ts-check
/** A parse worker, the file that it has open, and the time that it may be silent. */

import { FossickError, opened } from "../errors.js";
import { startWorker } from "../own-scripts.js";
import * as Comlink from "../vendor/comlink.js";

/** @typedef {import("./sources.js").Readable} Readable */
/** @typedef {import("./parse.worker.js").Batch} Batch */

/** Milliseconds without a sign of life after which a worker is ended. */
export const SILENCE = 60_000;

export class Lane {
  /** @param {number} silence milliseconds */
  constructor(silence) {
    this.silence = silence;
    this.worker = startWorker(new URL("./parse.worker.js", import.meta.url), "fossick parse");
    /** @type {any} */
    this.parser = Comlink.wrap(this.worker);
    this.started = false;
    this.busy = false;
    this.path = "";
    this.timer = 0;
    this.alive = () => {};
    const { promise, reject } = Promise.withResolvers();
    this.reject = reject;
    this.trouble = promise;
    promise.catch(() => {});
    this.worker.onerror = (event) => {
      event.preventDefault();
      reject(lost(`the reader stopped: ${event.message || "its script could not be loaded"}.`));
    };
  }

  /**
   * @param {string} vocabulary
   * @param {Record<string, number>} limits
   */
  async start(vocabulary, limits) {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => {
      if (data.dead) return this.reject(lost(`the reader stopped: ${data.dead}.`));
      this.path = data || this.path;
      this.alive();
    };
    const started = this.parser.start(
      vocabulary,
      JSON.stringify(limits),
      Comlink.transfer(port2, [port2]),
    );
    await this.ask(started, SILENCE);
    this.started = true;
  }

  /**
   * @param {Readable[]} sources
   * @param {string} known
   * @param {string[]} done
   */
  async begin(sources, known, done) {
    this.path = "";
    await this.ask(this.parser.begin(sources, known, done));
  }

  /**
   * @param {Readable} source
   * @param {string} wanted
   * @returns {Promise<Uint8Array<ArrayBuffer> | null>}
   */
  member(source, wanted) {
    return this.ask(this.parser.member(source, wanted));
  }

  /** @returns {Promise<Batch | null>} */
  next() {
    return this.ask(this.parser.next());
  }

  /**
   * What the worker answers, unless it stops, or is silent for too long.
   *
   * @param {Promise<any>} answer
   * @param {number} [silence] milliseconds
   */
  async ask(answer, silence = this.silence) {
    this.busy = true;
    const late = () =>
      this.reject(lost(`the reader gave no sign of life for ${silence / 1000} s.`));
    this.alive = () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(late, silence);
    };
    this.alive();
    try {
      const value = opened(/** @type {any} */ (await Promise.race([answer, this.trouble])));
      this.busy = false;
      return value;
    } finally {
      clearTimeout(this.timer);
      this.alive = () => {};
    }
  }

  end() {
    this.worker.terminate();
    this.reject(lost("the reader was ended."));
  }
}

/** @param {string} message */
function lost(message) {
  return new FossickError("damaged", message);
}
