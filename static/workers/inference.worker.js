// @ts-check
/**
 * One model on one device. The page starts this worker, gives it a device to try, and starts
 * another with the next device when this one fails: a worker whose GPU or heap has gone bad is
 * not repaired.
 *
 * The engine's worker asks for vectors over a port of its own. Queries go before passages.
 */

import "./requests.js";
import { enveloped, FossickError } from "../errors.js";
import { letLibrariesStartWorkers } from "../own-scripts.js";
import * as Comlink from "../vendor/comlink.js";
import { EmbeddingQueue } from "./embedding-queue.js";
import { encoderBuild, laneCount, startLanes } from "./encoder-lanes.js";
import { floatLane, floatsOfAdapter } from "./float-lane.js";
import { adapterName, watchDevices } from "./gpu.js";
import { fetchModel } from "./model-file.js";
import { storedFiles } from "./models/stored-files.js";
import { byteCounter, configure, runtimeLaneOf } from "./runtime.js";
import { ScoringQueue } from "./scoring-queue.js";

/** @typedef {import("../models.js").ModelCard} ModelCard */
/** @typedef {{ card: ModelCard, device: "webgpu" | "wasm", dtype: import("../models.js").Dtype, software: boolean, threads?: number }} LoadOptions */
/** @typedef {{ device: string, adapter: string, runtime: string, threads: number, dtype: string, loadMs: number, similarity: number }} Loaded */

letLibrariesStartWorkers();

const VENDOR = new URL("../vendor/", import.meta.url).href;
/** Cosine to the reference below which a device is held to compute wrongly. */
const SIMILAR_ENOUGH = 0.98;
/** The same for a model of this device: its int8 need not be as even as that of the bundled one. */
const SIMILAR_STORED = 0.9;

class Inference {
  constructor() {
    /** @type {EmbeddingQueue | null} */
    this.queue = null;
    /** @type {ScoringQueue | null} of a reranker, in place of the other */
    this.scoring = null;
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
    if (card.stored) library.env.fetch = await storedFiles(card);
    if (card.kind === "reranker") {
      await this.loadReranker(library, { card, device, dtype, onBytes });
      const loadMs = performance.now() - started;
      return { device, adapter, runtime: "onnxruntime", threads, dtype, loadMs, similarity: 1 };
    }
    const tokenizing = library.AutoTokenizer.from_pretrained(card.name, {});
    tokenizing.catch(() => {}); // it is awaited below
    const file = isOurs(card, dtype) ? await fetchModel(graphOf(card), onBytes) : null;
    const own = file && (await this.onOurOwn(file, { card, device, wanted, tokenizing, library }));
    const loaded = own ?? {
      lanes: [await runtimeLaneOf(library, { card, device, dtype }, onBytes)],
      runtime: "onnxruntime",
      threads,
      dtype,
    };
    const { queue, similarity } = own ?? (await this.proven(await tokenizing, loaded.lanes, card));
    queue.onFailure = (message) => this.onFailure(message);
    queue.toldAt = Number.NEGATIVE_INFINITY; // of the probe nobody has been told
    queue.onSpeed = (tokensPerSecond) => this.onSpeed(tokensPerSecond);
    this.queue = queue;
    const loadMs = performance.now() - started;
    const { runtime, threads: used, dtype: exact } = loaded;
    return { device, adapter, runtime, threads: used, dtype: exact, loadMs, similarity };
  }

  /**
   * The bundled model as this device computes it best: on the processor by our own encoder, on a
   * GPU in floats. Null where neither works, so that ONNX Runtime takes the file as it is.
   *
   * @param {Uint8Array} file
   * @param {any} parts
   */
  async onOurOwn(file, { card, device, wanted, tokenizing, library }) {
    const tokenizer = await tokenizing;
    if (device === "wasm") return this.ownLanes(file, card, wanted || laneCount(), tokenizer);
    for (const dtype of await floatsOfAdapter()) {
      try {
        const lanes = [await floatLane(library, card, dtype, file)];
        const proven = await this.proven(tokenizer, lanes, card);
        return { ...proven, lanes, runtime: "onnxruntime", threads: 1, dtype };
      } catch (error) {
        console.warn(`fossick: the model does not run in ${dtype}:`, error);
      }
    }
    return null;
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
      const pooling = card.pooling === "cls" ? "cls" : "mean";
      lanes = await startLanes(file, { count, pooling, onDeath });
      const proven = await this.proven(tokenizer, lanes, card);
      const runtime = `encoder (${encoderBuild()} SIMD)`;
      return { ...proven, lanes, runtime, threads: lanes.length, dtype: "q8" };
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
    const similarity = await probe(queue, card.reference);
    if (similarity >= (card.stored ? SIMILAR_STORED : SIMILAR_ENOUGH)) return { queue, similarity };
    throw new FossickError("model-failed", `wrong vectors (cosine ${similarity.toFixed(3)})`);
  }

  /**
   * @param {any} library
   * @param {any} options
   */
  async loadReranker(library, { card, onBytes, ...options }) {
    const progress_callback = byteCounter(onBytes);
    const [tokenizer, model] = await Promise.all([
      library.AutoTokenizer.from_pretrained(card.name, {}),
      library.AutoModelForSequenceClassification.from_pretrained(card.name, {
        ...options,
        progress_callback,
      }),
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
      /** What was done so far, and bytes of memory. */
      measure: async () => {
        const { speed, lanes } = this.ready();
        const heaps = await Promise.all(lanes.map((lane) => lane.heap()));
        return { ...speed.told(lanes.length), heap: sum(heaps) };
      },
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
 * Whether the model is the one that comes with the site: the graphs of others are of other kinds.
 *
 * @param {ModelCard} card
 * @param {string} dtype
 */
const isOurs = (card, dtype) =>
  dtype === "q8" && !card.stored && ["mean", "cls"].includes(card.pooling);

/** @param {ModelCard} card */
const graphOf = ({ name }) => `${VENDOR}models/${name}/onnx/model_quantized.onnx`;

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
