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
import { encoderBuild, laneCount, startLanes } from "./encoder-lanes.js";
import { adapterName, watchDevices } from "./gpu.js";
import { fetchModel } from "./model-file.js";
import { runtimeLane } from "./runtime-lane.js";

/** @typedef {import("../models.js").ModelCard} ModelCard */
/** @typedef {{ card: ModelCard, device: "webgpu" | "wasm", dtype: "q8" | "fp32", software: boolean, threads?: number }} LoadOptions */
/** @typedef {{ device: string, adapter: string, runtime: string, threads: number, loadMs: number, similarity: number }} Loaded */

const VENDOR = new URL("../vendor/", import.meta.url).href;
/** Cosine to the reference below which a device is held to compute wrongly. */
const SIMILAR_ENOUGH = 0.98;
const MAX_THREADS = 8;

class Inference {
  constructor() {
    /** @type {EmbeddingQueue | null} */
    this.queue = null;
    this.onFailure = (/** @type {string} */ _message) => {};
    this.onSpeed = (/** @type {number} */ _tokensPerSecond) => {};
  }

  /**
   * Load the model and compare what it makes of the probe texts with the reference.
   *
   * @param {LoadOptions} options
   * @param {(done: number, total: number) => void} onBytes
   * @param {(message: string) => void} onFailure told when the model fails later on
   * @param {(tokensPerSecond: number) => void} onSpeed told now and then while it works
   */
  load(options, onBytes, onFailure, onSpeed) {
    this.onFailure = onFailure;
    this.onSpeed = onSpeed;
    return enveloped(() => this.loadNow(options, onBytes), "model-failed");
  }

  /**
   * @param {LoadOptions} options
   * @param {(done: number, total: number) => void} onBytes
   * @returns {Promise<Loaded>}
   */
  async loadNow(options, onBytes) {
    const { promise: lost, reject } = Promise.withResolvers();
    lost.catch(() => {}); // it may be lost when nobody waits for the load any more
    if (options.device === "webgpu") {
      watchDevices((reason) => {
        reject(new Error(reason));
        this.queue?.fail(new Error(reason));
      });
    }
    return Promise.race([this.loadOn(options, onBytes), /** @type {Promise<never>} */ (lost)]);
  }

  /**
   * @param {LoadOptions} options
   * @param {(done: number, total: number) => void} onBytes
   * @returns {Promise<Loaded>}
   */
  async loadOn({ card, device, dtype, software, threads: wanted = 0 }, onBytes) {
    const started = performance.now();
    const adapter = device === "webgpu" ? await adapterName(software) : "";
    const library = await import("../vendor/transformers/transformers.min.js");
    const threads = configure(library.env, device, wanted);
    const tokenizing = library.AutoTokenizer.from_pretrained(card.name, {});
    tokenizing.catch(() => {}); // it is awaited below
    const isOurs = device === "wasm" && dtype === "q8";
    const file = isOurs ? await fetchModel(graphOf(card), onBytes) : null;
    const own = file && (await this.ownLanes(file, card, wanted || laneCount(), await tokenizing));
    const loaded = own ?? {
      lanes: [await runtime(library, { card, device, dtype }, onBytes)],
      runtime: "onnxruntime",
    };
    const { queue, similarity } = own ?? (await this.proven(await tokenizing, loaded.lanes, card));
    queue.onFailure = (message) => this.onFailure(message);
    queue.onSpeed = (tokensPerSecond) => this.onSpeed(tokensPerSecond);
    this.queue = queue;
    const loadMs = performance.now() - started;
    const used = own ? own.lanes.length : threads;
    return { device, adapter, runtime: loaded.runtime, threads: used, loadMs, similarity };
  }

  /**
   * Our own encoder; null when it does not know the model, or computes wrongly here.
   *
   * @param {Uint8Array} file
   * @param {ModelCard} card
   * @param {number} count of threads
   * @param {any} tokenizer
   */
  async ownLanes(file, card, count, tokenizer) {
    const onDeath = (/** @type {Error} */ error) => this.queue?.fail(error);
    /** @type {import("./embedding-queue.js").Lane[]} */
    let lanes = [];
    try {
      lanes = await startLanes(file, { count, pooling: "mean", onDeath });
      const proven = await this.proven(tokenizer, lanes, card);
      return { ...proven, lanes, runtime: `encoder (${encoderBuild()} SIMD)` };
    } catch (error) {
      console.warn("fossick: the model runs in ONNX Runtime:", error);
      for (const lane of lanes) lane.close();
      return null;
    }
  }

  /**
   * A queue over lanes that give the vectors that they should.
   *
   * @param {any} tokenizer
   * @param {import("./embedding-queue.js").Lane[]} lanes
   * @param {ModelCard} card
   */
  async proven(tokenizer, lanes, card) {
    const queue = new EmbeddingQueue({ tokenizer, lanes, card });
    const similarity = await probe(queue);
    if (similarity >= SIMILAR_ENOUGH) return { queue, similarity };
    throw new FossickError("model-failed", `wrong vectors (cosine ${similarity.toFixed(3)})`);
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
      /** @param {number} id */
      abort: (id) => this.queue?.abort(id),
      /** What was done so far, and bytes of memory. */
      measure: async () => {
        const { speed, lanes } = this.ready();
        const heaps = await Promise.all(lanes.map((lane) => lane.heap()));
        return { ...speed.told(lanes.length), heap: sum(heaps) };
      },
    };
  }

  ready() {
    if (this.queue) return this.queue;
    throw new FossickError("model-missing", "The model is not loaded.");
  }
}

/** @param {ModelCard} card */
const graphOf = ({ name }) => `${VENDOR}models/${name}/onnx/model_quantized.onnx`;

/**
 * Point the library at our files and nowhere else.
 *
 * @param {any} env
 * @param {"webgpu" | "wasm"} device
 * @param {number} wanted threads, 0 for as many as there are cores
 * @returns {number} threads used on the processor
 */
function configure(env, device, wanted) {
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
  const cores = wanted || Math.min(navigator.hardwareConcurrency || 1, MAX_THREADS);
  wasm.numThreads = globalThis.crossOriginIsolated && device === "wasm" ? cores : 1;
  return wasm.numThreads;
}

/**
 * The lane of ONNX Runtime.
 *
 * @param {any} library
 * @param {{ card: ModelCard, device: "webgpu" | "wasm", dtype: string }} options
 * @param {(done: number, total: number) => void} onBytes
 */
async function runtime(library, { card, device, dtype }, onBytes) {
  const progress_callback = byteCounter(onBytes);
  const options = { device, dtype, progress_callback };
  const model = await library.AutoModel.from_pretrained(card.name, options);
  return runtimeLane({ library, model, dim: card.dim, device });
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
 */
async function probe(queue) {
  const response = await fetch(new URL("./probe.json", import.meta.url));
  const { texts, vectors } = await response.json();
  const got = await queue.embed(0, texts, "query");
  const cosines = vectors.map((/** @type {number[]} */ expected, /** @type {number} */ row) => {
    const actual = got.subarray(row * expected.length, (row + 1) * expected.length);
    return sum(expected.map((value, at) => value * (actual[at] ?? 0))) / Math.hypot(...expected);
  });
  return Math.min(...cosines);
}

Comlink.expose(new Inference());
