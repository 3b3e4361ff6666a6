// @ts-check
/**
 * Texts to unit vectors through one loaded model: queries first, batches of like length, small
 * enough that a query never waits long behind one.
 */

import { FossickError } from "../errors.js";
import { poolUnit, tokenStates } from "./pooling.js";

/** @typedef {{ row: number, ids: bigint[] }} Item */
/**
 * @typedef {object} Job
 * @property {number} id
 * @property {Item[]} items what is left, longest last
 * @property {Float32Array<ArrayBuffer>} vectors
 * @property {(vectors: Float32Array<ArrayBuffer>) => void} resolve
 * @property {(error: unknown) => void} reject
 */

/** Padded tokens of one run: about half a second on one core, or a moment of a GPU. */
const BATCH_TOKENS = { wasm: 1024, webgpu: 8192 };

export class EmbeddingQueue {
  /**
   * @param {object} parts
   * @param {any} parts.library transformers.js
   * @param {any} parts.tokenizer
   * @param {any} parts.model
   * @param {import("../models.js").ModelCard} parts.card
   * @param {"webgpu" | "wasm"} parts.device
   */
  constructor({ library, tokenizer, model, card, device }) {
    this.Tensor = library.Tensor;
    this.tokenizer = tokenizer;
    this.model = model;
    this.card = card;
    this.limit = BATCH_TOKENS[device];
    /** @type {Job[]} */
    this.queries = [];
    /** @type {Job[]} */
    this.passages = [];
    this.running = false;
    this.onFailure = (/** @type {string} */ _message) => {};
  }

  /**
   * @param {number} id for `abort`
   * @param {string[]} texts
   * @param {"query" | "passage"} role
   * @returns {Promise<Float32Array<ArrayBuffer>>} one unit vector after the other
   */
  embed(id, texts, role) {
    return new Promise((resolve, reject) => {
      const prefix = this.card.prefixes[role];
      const items = texts.map((text, row) => ({ row, ids: this.tokenIds(prefix + text) }));
      items.sort((a, b) => a.ids.length - b.ids.length);
      const vectors = new Float32Array(texts.length * this.card.dim);
      const queue = role === "query" ? this.queries : this.passages;
      queue.push({ id, items, vectors, resolve, reject });
      if (!this.running) void this.run();
    });
  }

  /** @param {number} id */
  abort(id) {
    for (const queue of [this.queries, this.passages]) {
      const at = queue.findIndex((job) => job.id === id);
      const [job] = at < 0 ? [] : queue.splice(at, 1);
      job?.reject(new FossickError("cancelled", "The vectors are no longer wanted."));
    }
  }

  async run() {
    this.running = true;
    try {
      for (let job = this.next(); job; job = this.next()) {
        await this.runBatch(job);
        // Lets messages in: a query that has arrived, or an abort.
        await nextTask();
      }
    } catch (error) {
      this.fail(error);
    }
    this.running = false;
  }

  /** The job whose turn it is; those that are done are answered and taken out. */
  next() {
    for (const queue of [this.queries, this.passages]) {
      while (queue[0]?.items.length === 0)
        queue[0].resolve(/** @type {Job} */ (queue.shift()).vectors);
      if (queue[0]) return queue[0];
    }
    return undefined;
  }

  /** @param {Job} job */
  async runBatch(job) {
    const batch = [];
    const width = job.items.at(-1)?.ids.length ?? 0;
    do batch.push(/** @type {Item} */ (job.items.pop()));
    while (job.items.length > 0 && (batch.length + 1) * width <= this.limit);
    const states = await this.forward(
      batch.map(({ ids }) => ids),
      width,
    );
    const { dim, pooling } = this.card;
    for (const [at, { row, ids }] of batch.entries()) {
      const tokens = states.subarray(at * width * dim, (at * width + ids.length) * dim);
      poolUnit(pooling, tokens, job.vectors.subarray(row * dim, (row + 1) * dim));
    }
  }

  /**
   * Hidden states (texts, width, dim) of padded token ids.
   *
   * @param {bigint[][]} rows
   * @param {number} width
   * @returns {Promise<Float32Array>}
   */
  async forward(rows, width) {
    const shape = [rows.length, width];
    const ids = new BigInt64Array(rows.length * width);
    const mask = new BigInt64Array(rows.length * width);
    for (const [at, row] of rows.entries()) {
      ids.set(row, at * width);
      mask.fill(1n, at * width, at * width + row.length);
    }
    const inputs = {
      input_ids: new this.Tensor("int64", ids, shape),
      attention_mask: new this.Tensor("int64", mask, shape),
      token_type_ids: new this.Tensor("int64", new BigInt64Array(ids.length), shape),
    };
    const outputs = await this.model(inputs);
    const states = tokenStates(outputs);
    const data =
      states.location === "gpu-buffer" ? await states.ort_tensor.getData(true) : states.data;
    if (!data || data.length !== ids.length * this.card.dim) throw new Error("wrong output shape");
    return data;
  }

  /**
   * Token ids with the special ones, cut to what the model reads.
   *
   * @param {string} text
   * @returns {bigint[]}
   */
  tokenIds(text) {
    /** @type {number[]} */
    const ids = this.tokenizer.encode(text);
    const { maxTokens } = this.card;
    const kept =
      ids.length <= maxTokens ? ids : [...ids.slice(0, maxTokens - 1), ids[ids.length - 1]];
    return kept.map((id) => BigInt(id ?? 0));
  }

  /** @param {unknown} error */
  fail(error) {
    const message = error instanceof Error ? error.message : String(error);
    const failure = new FossickError("model-failed", `The model failed: ${message}`);
    for (const job of [...this.queries.splice(0), ...this.passages.splice(0)]) job.reject(failure);
    this.onFailure(message);
  }
}

const { port1, port2 } = new MessageChannel();
/** @type {(() => void)[]} */
const waiting = [];
port1.onmessage = () => waiting.shift()?.();

/** Resolves after the messages that wait now; setTimeout would be held back to 4 ms. */
export function nextTask() {
  return new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
    waiting.push(resolve);
    port2.postMessage(0);
  });
}
