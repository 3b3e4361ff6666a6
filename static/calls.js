// @ts-check
/**
 * Calls that wait for the engine: numbered, told of progress, and every one settled, also when the
 * engine dies and is started again: what can be asked twice is asked once more.
 */

import { asFossickError, FossickError, opened } from "./errors.js";

/** @typedef {import("./fossick.js").Progress} Progress */
/**
 * @typedef {object} Pending
 * @property {(error: unknown) => void} reject
 * @property {(progress: Progress) => void} onProgress
 * @property {() => void} ask
 * @property {boolean} mayRepeat whether it can be asked once more
 */
/**
 * With `atOnce` an aborted call fails at once; without, when the engine has stopped in good order.
 *
 * @typedef {object} CallOptions
 * @property {(progress: Progress) => void} [onProgress]
 * @property {AbortSignal} [signal]
 * @property {boolean} [atOnce]
 * @property {boolean} [once] it cannot be asked of another engine: its arguments went with the call
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
  async settle(ask, { onProgress = () => {}, signal, atOnce = false, once = false }) {
    if (signal?.aborted) throw cancelled();
    this.count += 1;
    const id = this.count;
    const { promise, resolve, reject } = Promise.withResolvers();
    const asking = async () => (signal?.aborted ? reject(cancelled()) : resolve(await ask(id)));
    const call = { reject, onProgress, ask: () => void asking().catch(reject), mayRepeat: !once };
    this.pending.set(id, call);
    call.ask();
    const abort = () => {
      this.cancel(id);
      if (atOnce) reject(cancelled());
    };
    signal?.addEventListener("abort", abort, { once: true });
    try {
      return opened(/** @type {any} */ (await promise));
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

  /**
   * Another engine is there: ask it what the one before has not answered, each call once.
   *
   * @param {FossickError} error for what cannot be asked again
   */
  repeat(error) {
    for (const call of [...this.pending.values()]) {
      if (call.mayRepeat) call.ask();
      else call.reject(error);
      call.mayRepeat = false;
    }
  }

  /** @param {FossickError} error */
  failAll(error) {
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }
}

/** The caller does not want an answer any more. */
export function cancelled() {
  return new FossickError("cancelled", "The caller gave up.");
}
