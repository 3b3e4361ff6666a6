// @ts-check
/**
 * The engine's end of the wire to the model. Ports come and go as devices fail; what was asked
 * over a port that has gone is asked again over the next one, or fails when none is left.
 */

import { FossickError, opened } from "../errors.js";
import * as Comlink from "../vendor/comlink.js";

/** @typedef {{ port: any, gone: Promise<never>, leave: (error: Error) => void }} Line */

/** Silence after which a worker counts as hung: a start, and then some for each text. */
const PATIENCE = { call: 60_000, text: 10_000 };

export class InferenceClient {
  /**
   * @param {object} space
   * @param {string} space.model
   * @param {number} space.dim
   * @param {number} space.maxTokens
   * @param {string} space.dtype
   * @param {(worker: number, message: string) => void} onHung asks the page for another worker
   */
  constructor(space, onHung) {
    this.model = space.model;
    this.dim = space.dim;
    this.maxTokens = space.maxTokens;
    this.dtype = space.dtype;
    this.device = "";
    this.worker = 0;
    this.onHung = onHung;
    this.calls = 0;
    /** @type {Map<number, { owner: number, stop: () => void }>} */
    this.pending = new Map();
    /** @type {Line | null} */
    this.line = null;
    this.reset();
  }

  /** From now on callers wait for a port. */
  reset() {
    /** @type {"loading" | "ready" | "failed"} */
    this.state = "loading";
    const { promise, resolve, reject } = Promise.withResolvers();
    this.arrival = promise;
    /** @type {(value?: unknown) => void} */
    this.arrived = resolve;
    /** @type {(error: Error) => void} */
    this.failed = reject;
    // A model that fails while nobody waits for it is no unhandled rejection.
    this.arrival.catch(() => {});
  }

  /**
   * @param {MessagePort} port
   * @param {{ device: string, worker: number, dim: number }} info
   */
  attach(port, { device, worker, dim }) {
    if (this.line) this.hangUp(new Error("replaced"));
    /** @type {(error: Error) => void} */
    let leave = () => {};
    const gone = new Promise((_, reject) => {
      leave = reject;
    });
    gone.catch(() => {});
    this.line = { port: Comlink.wrap(port), gone: /** @type {Promise<never>} */ (gone), leave };
    this.device = device;
    this.worker = worker;
    this.dim = dim;
    this.state = "ready";
    this.arrived(undefined);
  }

  /**
   * From now on this is for another model; what was asked of the one before fails.
   *
   * @param {string} model
   */
  turnTo(model) {
    this.giveUp("Another model is wanted.");
    this.model = model;
    this.reset();
  }

  /** The model's worker has ended; another may come. */
  detach() {
    if (this.state !== "loading") this.reset();
    this.hangUp(new Error("the worker ended"));
  }

  /**
   * No other will come.
   *
   * @param {string} message
   */
  giveUp(message) {
    if (this.state === "ready") this.reset();
    this.state = "failed";
    this.failed(new FossickError("model-failed", message));
    this.hangUp(new Error(message));
  }

  /** @param {Error} error */
  hangUp(error) {
    this.line?.leave(error);
    this.line = null;
    this.device = "";
  }

  /** Resolves when there is a model, rejects when there will be none. */
  async ready() {
    await this.arrival;
  }

  /** A number for one call of `embed`, by which it can be aborted. */
  nextCall() {
    this.calls += 1;
    return this.calls;
  }

  /**
   * Unit vectors, one after the other. Waits for a model that is still loading.
   *
   * @param {number} id of `nextCall`
   * @param {number} owner the request that this is for
   * @param {string[]} texts
   * @param {"query" | "passage"} role
   * @returns {Promise<Float32Array>}
   */
  embed(id, owner, texts, role) {
    return this.settle(id, owner, texts.length, (port) => port.embed(id, texts, role));
  }

  /**
   * One score for each passage. Waits for a model that is still loading.
   *
   * @param {number} id of `nextCall`
   * @param {number} owner the request that this is for
   * @param {string} query
   * @param {string[]} passages
   * @returns {Promise<Float32Array>}
   */
  score(id, owner, query, passages) {
    return this.settle(id, owner, passages.length, (port) => port.score(id, query, passages));
  }

  /**
   * @param {number} id
   * @param {number} owner
   * @param {number} count of texts
   * @param {(port: any) => Promise<any>} ask
   * @returns {Promise<Float32Array>}
   */
  async settle(id, owner, count, ask) {
    const { promise: aborted, reject } = Promise.withResolvers();
    this.pending.set(id, { owner, stop: () => reject(new FossickError("cancelled", "Stopped.")) });
    const work = this.keepAsking(id, count, ask);
    work.catch(() => {}); // it may fail when nobody waits for it any more
    try {
      return /** @type {Float32Array} */ (await Promise.race([work, aborted]));
    } finally {
      this.pending.delete(id);
    }
  }

  /**
   * @param {number} id
   * @param {number} count
   * @param {(port: any) => Promise<any>} ask
   * @returns {Promise<Float32Array>}
   */
  async keepAsking(id, count, ask) {
    const { model } = this;
    for (;;) {
      await this.arrival;
      if (this.model !== model) throw new FossickError("model-failed", "Another model is wanted.");
      const { line } = this;
      if (!this.pending.has(id)) throw new FossickError("cancelled", "Stopped.");
      if (!line) continue;
      try {
        return await this.ask(line, count, ask);
      } catch (error) {
        if (error instanceof FossickError && error.code === "cancelled") throw error;
        // The page has been told, or is told now; wait for what it comes up with.
        if (this.line === line) this.lose(error);
      }
    }
  }

  /**
   * @param {Line} line
   * @param {number} count
   * @param {(port: any) => Promise<any>} ask
   */
  async ask(line, count, ask) {
    let timer = 0;
    const silence = new Promise((_, reject) => {
      const limit = PATIENCE.call + PATIENCE.text * count;
      timer = setTimeout(() => reject(new Error(`no answer in ${limit / 1000} s`)), limit);
    });
    try {
      return opened(await Promise.race([ask(line.port), line.gone, silence]));
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param {unknown} error */
  lose(error) {
    this.detach();
    this.onHung(this.worker, error instanceof Error ? error.message : String(error));
  }

  /** @param {number} id */
  abort(id) {
    this.pending.get(id)?.stop();
    this.pending.delete(id);
    void this.line?.port.abort(id);
  }

  /**
   * Abort all calls on behalf of a request.
   *
   * @param {number} owner
   */
  interrupt(owner) {
    for (const [id, call] of [...this.pending]) if (call.owner === owner) this.abort(id);
  }
}
