// @ts-check
/**
 * The engine's worker: started, asked, listened to, and ended, so that no call is left waiting.
 *
 * A worker that dies is started again once, from the last commit; what it was asked is asked again
 * of the next. One that dies again within a minute will not be mended by that, and all ends.
 */

import { Calls, cancelled } from "./calls.js";
import { asFossickError, FossickError, opened } from "./errors.js";
import { startWorker } from "./own-scripts.js";
import * as Comlink from "./vendor/comlink.js";

/** @typedef {import("./fossick.js").Progress} Progress */
/** @typedef {import("./calls.js").CallOptions} CallOptions */
/** @typedef {import("./workers/engine.worker.js").EngineEvent} EngineEvent */
/** @typedef {import("./workers/engine.worker.js").Started} Started */

/** How long the engine may take to finish a commit when the collection is closed. */
const CLOSING = 10_000;
/** How long it may be silent after an uncaught error before it counts as dead. */
const SILENCE = 15_000;
/** Between two deaths, in milliseconds, for the second one to be mended as well. */
const APART = 60_000;

const KEPT = "Reload the page; what was added is kept.";

export class EngineLink {
  /**
   * @param {object} listeners
   * @param {(event: EngineEvent) => void} listeners.onEvent
   * @param {(started: Started, note: string) => void} listeners.onRestart
   * @param {(reason: FossickError) => void} listeners.onEnd told once, when nothing more will come
   */
  constructor({ onEvent, onRestart, onEnd }) {
    this.onEvent = onEvent;
    this.onRestart = onRestart;
    this.onEnd = onEnd;
    /** @type {FossickError | null} */
    this.ended = null;
    /** @type {object} */
    this.options = {};
    /** What opens it, if it is sealed. @type {import("./workers/engine.worker.js").Sealing} */
    this.sealing = {};
    /** @type {Started | null} */
    this.started = null;
    /** Counts the engines that there were: what one of them held is not there in the next. */
    this.epoch = 0;
    this.mendedAt = Number.NEGATIVE_INFINITY;
    /** Resolves when there is an engine to ask. */
    this.ready = Promise.resolve();
    /** Resolves when the engine has ended. */
    this.gone = /** @type {PromiseWithResolvers<void>} */ (Promise.withResolvers());
    this.worker = this.launch();
    this.engine = /** @type {any} */ (Comlink.wrap(this.worker));
    this.calls = new Calls((id) => void this.engine.cancel(id));
  }

  launch() {
    const url = new URL("./workers/engine.worker.js", import.meta.url);
    const worker = startWorker(url, "fossick engine");
    worker.onerror = (event) => this.stumbled(worker, event);
    return worker;
  }

  /**
   * Start Python and open the collection; once.
   * @param {object} options
   * @param {import("./workers/engine.worker.js").Sealing} sealing
   * @param {AbortSignal} [signal]
   * @returns {Promise<Started>}
   */
  async start(options, sealing, signal) {
    this.options = options;
    this.sealing = sealing;
    const started = await this.calls.settle(() => this.startWorker(), {
      ...{ signal, atOnce: true, once: true },
    });
    this.begun(started);
    return started;
  }

  startWorker() {
    const { worker } = this;
    const hear = (/** @type {EngineEvent} */ event) => {
      if (worker === this.worker) this.hear(event);
    };
    const alive = `fossick-engine/${crypto.randomUUID?.() ?? Math.random()}`;
    this.alive = alive;
    const { sealing } = this;
    return this.engine.start({ ...this.options, sealing, alive }, Comlink.proxy(hear));
  }

  /** @param {Started} started */
  begun(started) {
    this.started = started;
    this.sealing = { key: started.key }; // The passphrase is not needed again.
    const { worker, alive } = this;
    // The worker holds this lock as long as it lives, and cannot give notice of its death.
    void navigator.locks
      ?.request(/** @type {string} */ (alive), () => this.died(worker, "it ended without a word"))
      .catch(() => {});
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
    const ask = async (/** @type {number} */ id) => {
      await this.ready;
      // Nothing to cancel yet for the engine, which would run it all the same.
      if (options.signal?.aborted) throw cancelled();
      return this.engine.call(id, method, args);
    };
    return this.calls.settle(ask, options);
  }

  /**
   * A file in an archive or a mail, null where it cannot be had.
   *
   * @param {{ path: string, size: number, file: File }} source
   * @param {string} wanted its path inside
   * @returns {Promise<Uint8Array<ArrayBuffer> | null>}
   */
  member(source, wanted) {
    if (this.ended) return Promise.reject(this.ended);
    const ask = async () => {
      await this.ready;
      return this.engine.member(source, wanted);
    };
    return this.calls.settle(ask, { atOnce: true });
  }

  /**
   * Finish the commit under way, give back the storage, and end.
   * @param {FossickError} [reason]
   */
  async close(reason = new FossickError("closed", "The collection was closed.")) {
    await this.settle();
    this.end(reason);
  }

  /** Have the engine finish the commit under way and give back the storage. */
  async settle() {
    const late = new Promise((resolve) => setTimeout(resolve, CLOSING));
    await Promise.race([this.engine.close().catch(() => {}), this.gone.promise, late]);
  }

  /**
   * Close the collection and open it with another engine, which seals or unseals it first; where
   * that fails it is opened as it was. Calls that come meanwhile wait.
   * @param {import("./workers/engine.worker.js").Sealing} sealing
   * @param {() => Promise<void>} check rejects if it must not be
   */
  async renew(sealing, check) {
    const renewing = this.renewed(sealing, check);
    this.ready = renewing.then(
      () => {},
      () => {}, // Told to who has asked for it.
    );
    const failure = await renewing;
    if (failure) throw failure;
  }

  /**
   * @param {import("./workers/engine.worker.js").Sealing} sealing
   * @param {() => Promise<void>} check
   * @returns {Promise<unknown>} why it failed, while the collection is open again
   */
  async renewed(sealing, check) {
    const before = this.sealing;
    await check();
    await this.settle();
    this.sealing = sealing;
    try {
      await this.another("");
      return null;
    } catch (failure) {
      if (this.ended) throw this.ended;
      this.sealing = before;
      await this.another("").catch((error) => this.end(error));
      return this.ended ?? failure;
    }
  }

  /**
   * End everything; what waits and what comes fails with `error`.
   * @param {unknown} error
   */
  end(error) {
    if (this.ended) return;
    this.ended = asFossickError(error);
    this.sealing = {};
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
    } else if (event.type === "died") {
      this.died(this.worker, event.message);
    } else {
      this.onEvent(event);
    }
  }

  /**
   * An error that nothing in the engine's worker caught. Before the start is over it is the end;
   * after that the worker may well go on, so it is asked.
   * @param {Worker} worker
   * @param {ErrorEvent} event
   */
  stumbled(worker, event) {
    event.preventDefault();
    const message = event.message || "The engine's script could not be loaded.";
    if (!this.started) {
      this.end(new FossickError("boot-failed", message, "Reload the page."));
      return;
    }
    console.error("fossick: uncaught in the engine's worker:", message);
    const timer = setTimeout(() => this.died(worker, message), SILENCE);
    void this.engine.ping().then(() => clearTimeout(timer));
  }

  /**
   * @param {Worker} worker
   * @param {string} message
   */
  died(worker, message) {
    if (this.ended || worker !== this.worker) return;
    const now = performance.now();
    // What was kept in memory alone is gone with it.
    const isLost = !this.started || this.started.storage.kind === "memory";
    const stopped = new FossickError("internal", `The engine stopped: ${message}`, KEPT);
    if (isLost || now - this.mendedAt < APART) {
      this.end(stopped);
      return;
    }
    this.mendedAt = now;
    console.error("fossick: the engine is started again:", message);
    this.ready = this.mend(message).catch((error) => this.end(error));
    this.calls.repeat(stopped);
  }

  /** @param {string} message why the engine before has ended */
  mend(message) {
    const note = `The engine stopped (${message}) and was started again; what was added is kept.`;
    return this.another(note);
  }

  /** @param {string} note why there is another engine, for the user */
  async another(note) {
    this.worker.terminate();
    this.started = null;
    this.epoch += 1;
    this.worker = this.launch();
    this.engine = Comlink.wrap(this.worker);
    const started = opened(await Promise.race([this.startWorker(), this.gone.promise]));
    this.begun(started);
    this.onRestart(started, note);
  }
}
