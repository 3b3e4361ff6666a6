// @ts-check
/**
 * One model on one device. The page starts this worker, gives it a device to try, and starts
 * another with the next device when this one fails: a worker whose GPU or heap has gone bad is
 * not repaired.
 *
 * The engine's worker asks for vectors over a port of its own. Queries go before passages.
 */

import { enveloped, FossickError } from "../errors.js";
import * as Comlink from "../vendor/comlink.js";
import { EmbeddingQueue } from "./embedding-queue.js";
import { storedFiles } from "./models/stored-files.js";
import { ScoringQueue } from "./scoring-queue.js";

/** @typedef {import("../models.js").ModelCard} ModelCard */
/** @typedef {{ card: ModelCard, device: "webgpu" | "wasm", dtype: import("../models.js").Dtype, software: boolean }} LoadOptions */
/** @typedef {{ device: string, adapter: string, threads: number, loadMs: number, similarity: number }} Loaded */

const VENDOR = new URL("../vendor/", import.meta.url).href;
/** Cosine to the reference below which a device is held to compute wrongly. */
const SIMILAR_ENOUGH = 0.98;
/** The same for a model of this device: its int8 need not be as even as that of the bundled one. */
const SIMILAR_STORED = 0.9;
const MAX_THREADS = 8;

class Inference {
  constructor() {
    /** @type {EmbeddingQueue | null} */
    this.queue = null;
    /** @type {ScoringQueue | null} of a reranker, in place of the other */
    this.scoring = null;
    this.onFailure = (/** @type {string} */ _message) => {};
  }

  /**
   * Load the model and compare what it makes of the probe texts with the reference.
   *
   * @param {LoadOptions} options
   * @param {(done: number, total: number) => void} onBytes
   * @param {(message: string) => void} onFailure told when the model fails later on
   */
  load(options, onBytes, onFailure) {
    this.onFailure = onFailure;
    return enveloped(() => this.loadNow(options, onBytes), "model-failed");
  }

  /**
   * @param {LoadOptions} options
   * @param {(done: number, total: number) => void} onBytes
   * @returns {Promise<Loaded>}
   */
  async loadNow({ card, device, dtype, software }, onBytes) {
    const started = performance.now();
    const adapter = device === "webgpu" ? await adapterName(software) : "";
    const library = await import("../vendor/transformers/transformers.min.js");
    const threads = configure(library.env, device);
    if (card.stored) library.env.fetch = await storedFiles(card);
    const progress_callback = byteCounter(onBytes);
    if (card.kind === "reranker") {
      await this.loadReranker(library, { card, device, dtype, progress_callback });
      return { device, adapter, threads, loadMs: performance.now() - started, similarity: 1 };
    }
    const [tokenizer, model] = await Promise.all([
      library.AutoTokenizer.from_pretrained(card.name, {}),
      library.AutoModel.from_pretrained(card.name, { device, dtype, progress_callback }),
    ]);
    const queue = new EmbeddingQueue({ library, tokenizer, model, card, device });
    const similarity = await probe(queue, card.reference);
    if (!(similarity >= (card.stored ? SIMILAR_STORED : SIMILAR_ENOUGH))) {
      throw new FossickError("model-failed", `wrong vectors (cosine ${similarity.toFixed(3)})`);
    }
    queue.onFailure = (message) => this.onFailure(message);
    this.queue = queue;
    return { device, adapter, threads, loadMs: performance.now() - started, similarity };
  }

  /**
   * @param {any} library
   * @param {any} options
   */
  async loadReranker(library, { card, ...options }) {
    const [tokenizer, model] = await Promise.all([
      library.AutoTokenizer.from_pretrained(card.name, {}),
      library.AutoModelForSequenceClassification.from_pretrained(card.name, options),
    ]);
    const scoring = new ScoringQueue({ tokenizer, model, card });
    const [score] = await scoring.score(0, "gold", ["There is gold in the river."]);
    if (!Number.isFinite(score)) throw new FossickError("model-failed", "no finite scores");
    scoring.onFailure = (message) => this.onFailure(message);
    this.scoring = scoring;
  }

  /**
   * Answer the engine on this port.
   *
   * @param {MessagePort} port
   */
  connect(port) {
    Comlink.expose(this.service(), port);
  }

  service() {
    return {
      /**
       * @param {number} id
       * @param {string[]} texts
       * @param {"query" | "passage"} role
       */
      embed: async (id, texts, role) => {
        const answer = await enveloped(() => this.ready().embed(id, texts, role), "model-failed");
        return answer.ok ? Comlink.transfer(answer, [answer.value.buffer]) : answer;
      },
      /**
       * @param {number} id
       * @param {string} query
       * @param {string[]} passages
       */
      score: async (id, query, passages) => {
        const answer = await enveloped(() => this.readyToScore().score(id, query, passages));
        return answer.ok ? Comlink.transfer(answer, [answer.value.buffer]) : answer;
      },
      /** @param {number} id */
      abort: (id) => (this.queue ?? this.scoring)?.abort(id),
    };
  }

  readyToScore() {
    if (this.scoring) return this.scoring;
    throw new FossickError("model-missing", "The reranker is not loaded.");
  }

  ready() {
    if (this.queue) return this.queue;
    throw new FossickError("model-missing", "The model is not loaded.");
  }
}

/**
 * Point the library at our files and nowhere else.
 *
 * @param {any} env
 * @param {"webgpu" | "wasm"} device
 * @returns {number} threads used on the processor
 */
function configure(env, device) {
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  // As a path: the library looks for a local tokenizer only where this is no whole URL.
  env.localModelPath = `${new URL(VENDOR).pathname}models/`;
  env.useBrowserCache = false;
  // It would start the runtime from a blob: URL, which the site's policy forbids.
  env.useWasmCache = false;
  // The build with asyncify is needed for WebGPU alone; it is twice the size, and slower.
  const build = device === "webgpu" ? "ort-wasm-simd-threaded.asyncify" : "ort-wasm-simd-threaded";
  const { wasm } = env.backends.onnx;
  wasm.wasmPaths = {
    mjs: `${VENDOR}onnxruntime/${build}.mjs`,
    wasm: `${VENDOR}onnxruntime/${build}.wasm`,
  };
  wasm.proxy = false;
  const cores = Math.min(navigator.hardwareConcurrency || 1, MAX_THREADS);
  wasm.numThreads = globalThis.crossOriginIsolated && device === "wasm" ? cores : 1;
  return wasm.numThreads;
}

/**
 * The name of the GPU. Throws where there is none, or only one emulated on the processor, which
 * is many times slower than WASM.
 *
 * @param {boolean} software whether an emulated one will do
 */
async function adapterName(software) {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new FossickError("model-failed", "no WebGPU adapter");
  const info = /** @type {any} */ (adapter.info ?? {});
  const emulated = info.isFallbackAdapter || info.architecture === "swiftshader";
  if (emulated && !software)
    throw new FossickError("model-failed", "only a software WebGPU adapter");
  return [info.vendor, info.architecture || info.device].filter(Boolean).join(" ");
}

/**
 * Bytes of all files together, from the library's events about each of them.
 *
 * @param {(done: number, total: number) => void} onBytes
 */
function byteCounter(onBytes) {
  /** @type {Map<string, {loaded: number, total: number}>} */
  const files = new Map();
  return (/** @type {any} */ { status, file, loaded, total }) => {
    if (status !== "progress" || !total) return;
    files.set(file, { loaded, total });
    const all = [...files.values()];
    onBytes(sum(all.map((one) => one.loaded)), sum(all.map((one) => one.total)));
  };
}

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);

/**
 * The lowest cosine between the model's vectors of the probe texts and the reference. The texts
 * differ in length and go through together, so a padding mask gone wrong shows.
 *
 * @param {EmbeddingQueue} queue
 * @param {import("../models.js").Reference} [reference] of a model that is not the bundled one
 */
async function probe(queue, reference) {
  const { texts, vectors } = reference ?? (await bundledReference());
  const got = await queue.embed(0, texts, "query");
  const cosines = vectors.map((/** @type {number[]} */ expected, /** @type {number} */ row) => {
    const actual = got.subarray(row * expected.length, (row + 1) * expected.length);
    return sum(expected.map((value, at) => value * (actual[at] ?? 0))) / Math.hypot(...expected);
  });
  return Math.min(...cosines);
}

/** @returns {Promise<import("../models.js").Reference>} */
async function bundledReference() {
  return (await fetch(new URL("./probe.json", import.meta.url))).json();
}

Comlink.expose(new Inference());
