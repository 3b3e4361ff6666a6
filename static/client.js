// @ts-check
/**
 * Fossick in a page: open a collection, add files, search it. This module starts the workers,
 * numbers the calls and sees to it that every one of them settles; all work is done elsewhere.
 *
 * The methods are documented with their types in fossick.d.ts.
 */

import { Calls } from "./calls.js";
import { capabilities, missing } from "./capabilities.js";
import { deleteCollection } from "./deleting.js";
import { asFossickError, FossickError } from "./errors.js";
import { InferenceHost } from "./inference-host.js";
import { planEmbedder } from "./models.js";
import { checkAdd, checkOpen, cloneSources } from "./options.js";
import * as Comlink from "./vendor/comlink.js";

/** @typedef {import("./fossick.js").Progress} Progress */
/** @typedef {import("./calls.js").CallOptions} CallOptions */

/** Processor cores with which the engine and the model start at the same time. */
const CORES_FOR_BOTH = 4;
/** How long the engine may take to finish a commit when the collection is closed. */
const CLOSING = 10_000;
/** How long it may be silent after an uncaught error before it counts as dead. */
const SILENCE = 15_000;

export class Fossick extends EventTarget {
  /**
   * @param {import("./fossick.js").OpenOptions} [options]
   * @returns {Promise<Fossick>}
   */
  static async open(options = {}) {
    checkBrowser();
    const fossick = new Fossick(options);
    try {
      await fossick.start();
      return fossick;
    } catch (error) {
      const failure = asFossickError(error, "boot-failed");
      fossick.end(failure);
      throw failure;
    }
  }

  /**
   * @param {string} [collection]
   * @returns {Promise<void>}
   */
  static async delete(collection) {
    await deleteCollection(checkOpen({ collection }).collection);
  }

  /** @param {import("./fossick.js").OpenOptions} options */
  constructor(options) {
    super();
    this.began = performance.now();
    this.options = checkOpen(options);
    this.plan = planEmbedder(options.embedder);
    this.calls = new Calls((id) => void this.engine.cancel(id));
    /** @type {FossickError | null} */
    this.ended = null;
    /** @type {import("./workers/engine.worker.js").Started | null} */
    this.started = null;
    /** @type {{ model: string, dim: number, device: "numpy", dtype: string } | null} */
    this.embedder = null;
    this.openedAfter = 0;
    this.startId = 0;
    /** @type {(value?: unknown) => void} */
    this.markGone = () => {};
    /** Resolves when the engine has ended. */
    this.gone = new Promise((resolve) => {
      this.markGone = resolve;
    });
    this.worker = new Worker(new URL("./workers/engine.worker.js", import.meta.url), {
      type: "module",
      name: "fossick engine",
    });
    this.worker.onerror = (event) => this.stumbled(event);
    this.engine = /** @type {any} */ (Comlink.wrap(this.worker));
    this.host = new InferenceHost(this.plan, {
      onPort: (port, info) =>
        void this.engine.attachInference(Comlink.transfer(port, [port]), info),
      onLeft: () => void this.engine.detachInference(),
      onGone: (message) => void this.engine.giveUpInference(message),
      onStatus: (_info, note) => this.tellStatus(note),
      onProgress: (progress) => this.tellProgress(progress),
    });
  }

  async start() {
    const { collection, storage, useImage } = this.options;
    const { card } = this.plan;
    const { model, dim, dtype } = this.host.info;
    const options = {
      collection,
      storage,
      useImage,
      embedder: { transformer: this.plan.transformer, hash: this.plan.hash },
      space: { model, dim, dtype, maxTokens: card.maxTokens },
      vocabulary: `models/${card.name}/vocab.txt`,
    };
    const starting = this.calls.settle(
      (onProgress) => {
        this.onBoot = onProgress;
        return this.engine.start(
          options,
          Comlink.proxy((/** @type {any} */ event) => this.hear(event)),
        );
      },
      { ...this.options, atOnce: true },
    );
    const loadModel = () => this.plan.transformer && void this.host.start();
    // On few cores each would slow the other down, and words can be searched before the model.
    const atOnce = capabilities().cores >= CORES_FOR_BOTH;
    if (atOnce) loadModel();
    this.started = await starting;
    this.openedAfter = performance.now() - this.began;
    if (!atOnce) loadModel();
    this.tellStatus(this.started?.storage.note ?? "");
  }

  /** @type {import("./fossick.js").Fossick["add"]} */
  async add(sources, options = {}) {
    checkAdd(sources);
    return this.call("add", { sources: cloneSources(sources) }, options);
  }

  /** @type {import("./fossick.js").Fossick["search"]} */
  async search(query, options = {}) {
    const { signal, ...rest } = options;
    return this.call(
      "search",
      { query: wellFormed(query), options: rest },
      { signal, atOnce: true },
    );
  }

  /** @type {import("./fossick.js").Fossick["suggest"]} */
  async suggest(text, { limit = 8, signal } = {}) {
    return this.call("suggest", { text: wellFormed(text), limit }, { signal, atOnce: true });
  }

  /** @type {import("./fossick.js").Fossick["remove"]} */
  async remove(ids, options = {}) {
    return this.call("remove", { ids: typeof ids === "string" ? [ids] : [...ids] }, options);
  }

  /** @type {import("./fossick.js").Fossick["get"]} */
  async get(id) {
    return this.call("get", { id });
  }

  /** @type {import("./fossick.js").Fossick["context"]} */
  async context(query, { maxTokens = 2000, signal } = {}) {
    return this.call(
      "context",
      { query: wellFormed(query), max_tokens: maxTokens },
      { signal, atOnce: true },
    );
  }

  /** @type {import("./fossick.js").Fossick["documents"]} */
  async documents() {
    return this.call("documents", {});
  }

  /** @type {import("./fossick.js").Fossick["stats"]} */
  async stats() {
    return this.call("stats", {});
  }

  /** @type {import("./fossick.js").Fossick["vacuum"]} */
  async vacuum(options = {}) {
    return this.call("vacuum", {}, options);
  }

  /** @type {import("./fossick.js").Fossick["repair"]} */
  async repair(options = {}) {
    return this.call("repair", {}, options);
  }

  /** @type {import("./fossick.js").Fossick["info"]} */
  info() {
    const { host, started, embedder } = this;
    const loading = host.info.state === "loading" && !this.leftModel();
    const running = host.info.state === "ready" && !this.leftModel();
    return {
      version: started?.versions.fossick ?? "",
      versions: started?.versions ?? {},
      collection: this.options.collection,
      storage: started?.storage.kind ?? "",
      writable: started?.storage.writable ?? true,
      isolated: Boolean(globalThis.crossOriginIsolated),
      state: loading ? "loading" : running ? "ready" : embedder ? "fallback" : "none",
      model: embedder?.model ?? null,
      dim: embedder?.dim ?? 0,
      dtype: embedder?.dtype ?? "",
      device: running
        ? /** @type {import("./models.js").Device} */ (host.info.device)
        : loading
          ? ""
          : (embedder?.device ?? "none"),
      adapter: running ? host.info.adapter : "",
      threads: running ? host.info.threads : 0,
      modelMilliseconds: running ? host.info.loadMs : 0,
      left: host.info.left,
      start: started?.startup.origin ?? "",
      boot: started ? { ...started.startup.timings, page: this.openedAfter } : {},
    };
  }

  /** @type {import("./fossick.js").Fossick["close"]} */
  async close() {
    if (this.ended) return;
    const late = new Promise((resolve) => setTimeout(resolve, CLOSING));
    await Promise.race([this.engine.close().catch(() => {}), this.gone, late]);
    this.end(new FossickError("closed", "The collection was closed."));
  }

  /**
   * Call a method of the bridge. Settles whatever becomes of the worker.
   *
   * @param {string} method
   * @param {object} args
   * @param {CallOptions} [options]
   * @returns {Promise<any>}
   */
  call(method, args, options = {}) {
    if (this.ended) return Promise.reject(this.ended);
    return this.calls.settle((id) => this.engine.call(id, method, args), options);
  }

  /** @param {import("./workers/engine.worker.js").EngineEvent} event */
  hear(event) {
    if (this.ended) return;
    if (event.type === "progress" && event.id === 0) {
      this.calls.progressed(this.startId, /** @type {Progress} */ (event.progress));
      this.tellProgress(/** @type {Progress} */ (event.progress));
    } else if (event.type === "progress") {
      this.calls.progressed(event.id, /** @type {Progress} */ (event.progress));
    } else if (event.type === "embedder") {
      this.embedder = /** @type {any} */ (event.embedder);
      this.tellStatus(event.note);
    } else {
      this.host.abandonNumber(event.worker, event.message);
    }
  }

  /** Whether the engine has gone on to another embedder although the model is there. */
  leftModel() {
    return this.started !== null && this.embedder?.model !== this.host.info.model;
  }

  /** @param {Progress} progress */
  tellProgress(progress) {
    this.dispatchEvent(new CustomEvent("progress", { detail: progress }));
    if (progress.phase !== "boot") this.options.onProgress?.(progress);
  }

  /** @param {string} note a sentence for the user, empty for none */
  tellStatus(note) {
    if (this.ended) return;
    this.dispatchEvent(new CustomEvent("status", { detail: { ...this.info(), note } }));
  }

  /**
   * An error that nothing in the engine's worker caught. Before the start is over it is the end;
   * after that the worker may well go on, so it is asked.
   *
   * @param {ErrorEvent} event
   */
  stumbled(event) {
    event.preventDefault();
    const message = event.message || "The engine's script could not be loaded.";
    if (!this.started) {
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

  /**
   * End everything; what waits and what comes fails with `error`.
   *
   * @param {unknown} error
   */
  end(error) {
    if (this.ended) return;
    this.ended = asFossickError(error);
    this.worker.terminate();
    this.host.close();
    this.markGone();
    this.calls.failAll(this.ended);
    const closed = this.ended.code === "closed" || this.ended.code === "cancelled";
    if (!closed) this.dispatchEvent(new CustomEvent("error", { detail: this.ended }));
  }
}

function checkBrowser() {
  const lacking = missing();
  if (lacking.length === 0) return;
  const message = `This browser has no ${lacking.join(", no ")}.`;
  throw new FossickError("boot-failed", message, "Use a current version of any major browser.");
}

/** @param {unknown} text */
function wellFormed(text) {
  if (typeof text !== "string") throw new FossickError("bad-query", "The query is no text.");
  return text.toWellFormed();
}

/**
 * @param {string} text
 * @param {number} codePoints
 */
export function utf16Offset(text, codePoints) {
  let units = 0;
  for (let left = codePoints; left > 0 && units < text.length; left -= 1) {
    units += /** @type {number} */ (text.codePointAt(units)) > 0xffff ? 2 : 1;
  }
  return units;
}
