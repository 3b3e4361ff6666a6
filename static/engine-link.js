// @ts-check
/** The engine's worker: started, asked, listened to, and ended, so that no call is left waiting. */

import { Calls } from "./calls.js";
import { asFossickError, FossickError } from "./errors.js";
import * as Comlink from "./vendor/comlink.js";

/** @typedef {import("./fossick.js").Progress} Progress */
/** @typedef {import("./calls.js").CallOptions} CallOptions */
/** @typedef {import("./workers/engine.worker.js").EngineEvent} EngineEvent */
/** @typedef {import("./workers/engine.worker.js").Started} Started */

/** How long the engine may take to finish a commit when the collection is closed. */
const CLOSING = 10_000;
/** How long it may be silent after an uncaught error before it counts as dead. */
const SILENCE = 15_000;

export class EngineLink {
  /**
   * @param {object} listeners
   * @param {(event: EngineEvent) => void} listeners.onEvent
   * @param {(reason: FossickError) => void} listeners.onEnd told once, when nothing more will come
   */
  constructor({ onEvent, onEnd }) {
    this.onEvent = onEvent;
    this.onEnd = onEnd;
    /** @type {FossickError | null} */
    this.ended = null;
    this.isStarted = false;
    /** Resolves when the engine has ended. */
    this.gone = /** @type {PromiseWithResolvers<void>} */ (Promise.withResolvers());
    this.worker = new Worker(new URL("./workers/engine.worker.js", import.meta.url), {
      type: "module",
      name: "fossick engine",
    });
    this.worker.onerror = (event) => this.stumbled(event);
    this.engine = /** @type {any} */ (Comlink.wrap(this.worker));
    this.calls = new Calls((id) => void this.engine.cancel(id));
  }

  /**
   * Start Python and open the collection; once.
   * @param {object} options
   * @param {AbortSignal} [signal]
   * @returns {Promise<Started>}
   */
  async start(options, signal) {
    const hear = Comlink.proxy((/** @type {EngineEvent} */ event) => this.hear(event));
    const asked = () => this.engine.start(options, hear);
    const started = await this.calls.settle(asked, { signal, atOnce: true });
    this.isStarted = true;
    return started;
  }

  /**
   * Call a method of the bridge. Settles whatever becomes of the worker.
   * @param {string} method
   * @param {object} args
   * @param {CallOptions} [options]
   * @returns {Promise<any>}
   */
  call(method, args, options = {}) {
    if (this.ended) return Promise.reject(this.ended);
    return this.calls.settle((id) => this.engine.call(id, method, args), options);
  }

  /** Finish the commit under way, give back the storage, and end. */
  async close() {
    const late = new Promise((resolve) => setTimeout(resolve, CLOSING));
    await Promise.race([this.engine.close().catch(() => {}), this.gone.promise, late]);
    this.end(new FossickError("closed", "The collection was closed."));
  }

  /**
   * End everything; what waits and what comes fails with `error`.
   * @param {unknown} error
   */
  end(error) {
    if (this.ended) return;
    this.ended = asFossickError(error);
    this.worker.terminate();
    this.gone.resolve();
    this.calls.failAll(this.ended);
    this.onEnd(this.ended);
  }

  /** @param {EngineEvent} event */
  hear(event) {
    if (this.ended) return;
    if (event.type === "progress" && event.id !== 0) {
      this.calls.progressed(event.id, /** @type {Progress} */ (event.progress));
    } else {
      this.onEvent(event);
    }
  }

  /**
   * An error that nothing in the engine's worker caught. Before the start is over it is the end;
   * after that the worker may well go on, so it is asked.
   * @param {ErrorEvent} event
   */
  stumbled(event) {
    event.preventDefault();
    const message = event.message || "The engine's script could not be loaded.";
    if (!this.isStarted) {
      this.end(new FossickError("boot-failed", message, "Reload the page."));
      return;
    }
    console.error("fossick: uncaught in the engine's worker:", message);
    const hint = "Reload the page; what was added is kept.";
    const dead = () =>
      this.end(new FossickError("internal", `The engine stopped: ${message}`, hint));
    const timer = setTimeout(dead, SILENCE);
    void this.engine.ping().then(() => clearTimeout(timer));
  }
}
