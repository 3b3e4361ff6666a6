// @ts-check
/** Calls that wait for the engine: numbered, told of progress, and every one settled. */

import { asFossickError, FossickError, opened } from "./errors.js";

/** @typedef {import("./fossick.js").Progress} Progress */
/** @typedef {{ reject: (error: unknown) => void, onProgress: (progress: Progress) => void }} Pending */
/**
 * With `atOnce` an aborted call fails at once; without, when the engine has stopped in good order.
 *
 * @typedef {object} CallOptions
 * @property {(progress: Progress) => void} [onProgress]
 * @property {AbortSignal} [signal]
 * @property {boolean} [atOnce]
 */

export class Calls {
  /** @param {(id: number) => void} cancel asks the engine to stop a call */
  constructor(cancel) {
    this.cancel = cancel;
    this.count = 0;
    /** @type {Map<number, Pending>} */
    this.pending = new Map();
  }

  /**
   * The value of the envelope that `ask` answers with. Rejects with a FossickError: that of the
   * envelope, `cancelled`, or what `failAll` is given.
   *
   * @param {(id: number) => Promise<any>} ask
   * @param {CallOptions} options
   * @returns {Promise<any>}
   */
  async settle(ask, { onProgress = () => {}, signal, atOnce = false }) {
    if (signal?.aborted) throw cancelled();
    this.count += 1;
    const id = this.count;
    const { promise: ended, reject } = Promise.withResolvers();
    this.pending.set(id, { reject, onProgress });
    const abort = () => {
      this.cancel(id);
      if (atOnce) reject(cancelled());
    };
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return opened(/** @type {any} */ (await Promise.race([ask(id), ended])));
    } catch (error) {
      throw asFossickError(error);
    } finally {
      signal?.removeEventListener("abort", abort);
      this.pending.delete(id);
    }
  }

  /**
   * @param {number} id
   * @param {Progress} progress
   */
  progressed(id, progress) {
    this.pending.get(id)?.onProgress(progress);
  }

  /** @param {FossickError} error */
  failAll(error) {
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }
}

function cancelled() {
  return new FossickError("cancelled", "The caller gave up.");
}
