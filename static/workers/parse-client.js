// @ts-check
/**
 * The engine's hold on the parse worker: one document at a time, a time limit on silence, a new
 * worker after a crash or a hang. The document that did it counts as damaged.
 */

import { FossickError, opened } from "../errors.js";
import * as Comlink from "../vendor/comlink.js";

/** Milliseconds without a finished page after which the worker is ended. */
const SILENCE = 60_000;

export class ParseClient {
  /** @param {number} [silence] milliseconds */
  constructor(silence = SILENCE) {
    this.silence = silence;
    /** @type {Worker | null} */
    this.worker = null;
    /** @type {any} */
    this.parser = null;
    /** @type {Promise<unknown>} */
    this.last = Promise.resolve();
  }

  /**
   * @param {string} path for messages
   * @param {Uint8Array<ArrayBuffer>} data given away
   * @returns {Promise<import("./parse.worker.js").Parsed>}
   */
  pages(path, data) {
    const turn = this.last
      .then(() => this.parse(data))
      .catch((error) => {
        if (error instanceof FossickError) error.message = `${path}: ${error.message}`;
        throw error;
      });
    this.last = turn.catch(() => {});
    return turn;
  }

  /** @param {Uint8Array<ArrayBuffer>} data */
  async parse(data) {
    const whole = data.byteLength === data.buffer.byteLength ? data.buffer : data.slice().buffer;
    const { promise: trouble, reject } = Promise.withResolvers();
    const worker = this.start();
    worker.onerror = (event) => {
      event.preventDefault();
      reject(lost(`The reader stopped: ${event.message || "its script could not be loaded"}.`));
    };
    let timer = 0;
    const alive = () => {
      clearTimeout(timer);
      const late = () => reject(lost(`The reader was silent for ${this.silence / 1000} s.`));
      timer = setTimeout(late, this.silence);
    };
    alive();
    const answer = this.parser.pages(Comlink.transfer(whole, [whole]), Comlink.proxy(alive));
    try {
      return opened(
        /** @type {any} */ (
          await Promise.race([answer, trouble.catch((error) => this.stop(error))])
        ),
      );
    } finally {
      clearTimeout(timer);
    }
  }

  start() {
    if (this.worker) return this.worker;
    const worker = new Worker(new URL("./parse.worker.js", import.meta.url), {
      type: "module",
      name: "fossick parse",
    });
    this.worker = worker;
    this.parser = Comlink.wrap(worker);
    return worker;
  }

  /**
   * End the worker; the next document gets a new one.
   *
   * @param {unknown} error what is thrown then
   */
  stop(error) {
    this.close();
    throw error;
  }

  close() {
    this.worker?.terminate();
    this.worker = null;
    this.parser = null;
  }
}

/** @param {string} message */
function lost(message) {
  return new FossickError("damaged", message);
}
