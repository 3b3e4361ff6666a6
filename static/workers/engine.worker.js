// @ts-check
/**
 * The engine's worker: Python, the index and the storage live here. It answers the page's calls
 * by passing them to `app.browser.bridge`, and owns the parse workers.
 *
 * No answer is ever an exception: see errors.js for the envelope that all answers are in.
 */

import { enveloped, FossickError, opened } from "../errors.js";
import * as Comlink from "../vendor/comlink.js";
import { InferenceClient } from "./inference-client.js";
import { startInterpreter } from "./interpreter.js";
import { compileKernels, kernelsOver } from "./kernels.js";
import { nextTask } from "./next-task.js";
import { ParsePool } from "./parse-pool.js";
import { gather } from "./sources.js";
import { becomeWriter, chooseStore } from "./stores.js";
import { handingOver } from "./transfers.js";

/**
 * @typedef {object} StartOptions
 * @property {string} collection
 * @property {"auto" | "opfs" | "indexeddb" | "memory"} storage
 * @property {{ transformer: boolean, static: boolean, hash: boolean }} embedder
 * @property {{ model: string, dim: number, maxTokens: number, dtype: string }} space of the model
 * @property {string} vocabulary path of the model's vocabulary below vendor/
 * @property {boolean} [useImage] false: start Python without what this device keeps
 */
/**
 * What the page hears of without having asked: progress of the start (`id` 0) or of the call
 * with this `id`, another embedder taking over, and a model that does not answer.
 *
 * @typedef {{ type: "progress", id: number, progress: object }
 *   | { type: "embedder", embedder: object | null, note: string }
 *   | { type: "hung", worker: number, message: string, reranker?: boolean }} EngineEvent
 */
/**
 * @typedef {object} Started
 * @property {{ kind: import("../fossick.js").StorageKind, writable: boolean, note: string }} storage
 * @property {Record<string, string>} versions
 * @property {{ origin: "plain" | "image", timings: Record<string, number> }} startup
 */

/** The image is kept when the first work is likely to be over. */
const KEEP_AFTER = 2000;
const STEPS = 5;

class Engine {
  constructor() {
    /** @type {any} */
    this.endpoint = null;
    /** @type {any} kept, as each look at a method makes a new proxy of it */
    this.callPython = null;
    /** @type {InferenceClient | null} */
    this.inference = null;
    /** The reranker's; nothing loads one before it is asked for. */
    this.reranker = new InferenceClient({ model: "", dim: 1, maxTokens: 0, dtype: "" }, (n, why) =>
      this.onEvent({ type: "hung", worker: n, message: why, reranker: true }),
    );
    /** @type {Map<number, boolean>} calls under way, and whether they are cancelled */
    this.calls = new Map();
    this.vocabulary = Promise.resolve("");
    this.parse = new ParsePool(() => this.vocabulary);
    this.onEvent = (/** @type {EngineEvent} */ _event) => {};
    /** Settles when the page has heard which embedder is in use: events and answers may overtake. */
    this.heard = Promise.resolve();
    this.release = () => {};
  }

  /**
   * @param {StartOptions} options
   * @param {(event: EngineEvent) => void} onEvent
   */
  start(options, onEvent) {
    this.onEvent = onEvent;
    if (options.embedder.transformer) {
      this.inference = new InferenceClient(options.space, (worker, message) =>
        onEvent({ type: "hung", worker, message }),
      );
    }
    return enveloped(() => this.startNow(options), "boot-failed");
  }

  /**
   * @param {StartOptions} options
   * @returns {Promise<Started>}
   */
  async startNow(options) {
    const begun = performance.now();
    const step = (/** @type {string} */ message, done = 0) => this.bootProgress(message, done);
    this.vocabulary = fetchVocabulary(options.vocabulary);
    const [python, choice, writer, vocabulary, kernels] = await Promise.all([
      startInterpreter({ step, useImage: options.useImage }),
      chooseStore(options.storage, options.collection),
      options.storage === "memory" ? null : becomeWriter(options.collection),
      this.vocabulary,
      compileKernels(),
    ]);
    this.release = writer?.release ?? this.release;
    step("Opening the collection", STEPS - 1);
    const opening = performance.now();
    const writable = writer?.writable ?? true;
    const booted = await python.module.boot({
      files: choice.store,
      writable,
      embedder: options.embedder,
      inference: this.inference,
      reranker: this.reranker,
      parse: this.parse,
      vocabulary,
      staticTable: fetchTable,
      kernels: kernelsOver(kernels, python.pyodide._module.memory),
      onEmbedder: (/** @type {object | undefined} */ embedder, /** @type {string} */ note) => {
        this.heard = this.tellEmbedder(embedder ?? null, note);
      },
    });
    if (booted.ok === false) opened(booted);
    this.endpoint = booted;
    this.callPython = this.endpoint.call;
    const now = performance.now();
    const timings = { ...python.timings, open: now - opening, total: now - begun };
    setTimeout(() => void python.keep(), KEEP_AFTER);
    step("Ready", STEPS);
    return {
      storage: { kind: choice.kind, writable, note: choice.note },
      versions: { ...this.endpoint.versions(), pyodide: python.pyodide.version },
      startup: { origin: python.origin, timings },
    };
  }

  /**
   * @param {object | null} embedder
   * @param {string} note
   */
  async tellEmbedder(embedder, note) {
    await this.onEvent({ type: "embedder", embedder, note });
  }

  /**
   * @param {string} message
   * @param {number} done
   */
  bootProgress(message, done) {
    const progress = { phase: "boot", message, done, total: STEPS, unit: "steps" };
    this.onEvent({ type: "progress", id: 0, progress });
  }

  /**
   * Call a method of the bridge.
   *
   * @param {number} id names the call in its progress events and in `cancel`
   * @param {string} method
   * @param {any} args
   */
  call(id, method, args) {
    this.calls.set(id, false);
    return enveloped(() => this.callNow(id, method, args))
      .then(handingOver)
      .finally(() => this.calls.delete(id));
  }

  /**
   * @param {number} id
   * @param {string} method
   * @param {any} args
   */
  async callNow(id, method, args) {
    // Calls that piled up while Python was busy: those cancelled meanwhile cost nothing.
    await nextTask();
    this.checkCancelled(id);
    const whole =
      method === "add" ? { ...args, sources: await this.gather(id, args.sources) } : args;
    this.checkCancelled(id);
    const answer = await this.enter(method, id, whole);
    await this.heard;
    return opened(answer);
  }

  /**
   * Call into Python, which answers with an envelope; an exception means that it is broken.
   *
   * @param {string} method
   * @param {number} id
   * @param {any} args
   */
  async enter(method, id, args) {
    const tell = (/** @type {object} */ progress) =>
      this.onEvent({ type: "progress", id, progress });
    try {
      return await this.callPython(method, id, args, tell);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new FossickError("internal", message, "Reload the page; what was added is kept.");
    }
  }

  /**
   * @param {number} id
   * @param {any[]} sources
   */
  gather(id, sources) {
    let told = performance.now();
    const onFound = (/** @type {number} */ done, /** @type {string} */ path) => {
      const now = performance.now();
      if (now - told < 100) return;
      told = now;
      const progress = { phase: "scan", done, total: 0, unit: "files", path };
      this.onEvent({ type: "progress", id, progress });
    };
    return gather(sources, onFound, () => this.checkCancelled(id));
  }

  /** @param {number} id */
  checkCancelled(id) {
    if (this.calls.get(id)) throw new FossickError("cancelled", "The caller gave up.");
  }

  /** @param {number} id */
  cancel(id) {
    if (!this.calls.has(id)) return;
    this.calls.set(id, true);
    if (this.callPython) void this.enter("cancel", 0, { id });
  }

  /** Answers as long as this worker lives. */
  ping() {
    return true;
  }

  /**
   * @param {MessagePort} port
   * @param {{ device: string, worker: number }} info
   */
  attachInference(port, info) {
    this.inference?.attach(port, info);
  }

  detachInference() {
    this.inference?.detach();
  }

  /** @param {string} message */
  giveUpInference(message) {
    this.inference?.giveUp(message);
  }

  /**
   * @param {MessagePort} port
   * @param {{ device: string, worker: number }} info
   */
  attachReranker(port, info) {
    this.reranker.attach(port, info);
  }

  detachReranker() {
    this.reranker.detach();
  }

  /** @param {string} message */
  giveUpReranker(message) {
    this.reranker.giveUp(message);
  }

  /** Close the collection. The page ends the worker afterwards. */
  close() {
    return enveloped(async () => {
      if (this.callPython) opened(await this.enter("close", 0, {}));
      this.parse.close();
      this.release();
    });
  }
}

/**
 * @param {string} path below vendor/
 * @returns {Promise<string>} empty where it cannot be had: lengths are then estimated
 */
async function fetchVocabulary(path) {
  try {
    const response = await fetch(new URL(`../vendor/${path}`, import.meta.url));
    return response.ok ? await response.text() : "";
  } catch {
    return "";
  }
}

/** The table of static vectors, when it is first needed. */
async function fetchTable() {
  const response = await fetch(new URL("../models/static-minilm-256.npz", import.meta.url));
  if (!response.ok) throw new FossickError("model-missing", "The table of vectors is missing.");
  return new Uint8Array(await response.arrayBuffer());
}

Comlink.expose(new Engine());
