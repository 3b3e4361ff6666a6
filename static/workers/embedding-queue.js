// @ts-check
/**
 * Texts to unit vectors through one loaded model: queries first, batches by the number of their
 * tokens, across jobs, small enough that a query never waits long behind one.
 *
 * A lane takes one batch at a time. While it works, the texts after it are made into tokens here.
 */

import { FossickError } from "../errors.js";
import { takeInOrder, takePadded } from "./batching.js";
import { nextTask } from "./next-task.js";
import { Speed } from "./speed.js";

/**
 * @typedef {object} Lane something that runs the model
 * @property {boolean} padded whether the texts of a batch are made equally long
 * @property {number} most tokens of a batch, with padding
 * @property {number} time milliseconds that a batch should take
 * @property {(rows: Uint32Array[]) => Promise<Float32Array>} run unit vectors of token ids
 * @property {() => Promise<number>} heap bytes of its memory, 0 where it cannot tell
 * @property {() => void} close
 */
/** @typedef {{ job: Job, row: number, ids: Uint32Array }} Item */
/**
 * @typedef {object} Job
 * @property {number} id
 * @property {string[]} texts
 * @property {string} prefix what the model wants before each
 * @property {number} read how many of the texts are tokens by now
 * @property {Item[]} items tokens that wait, the longest last where a lane pads
 * @property {number} missing vectors
 * @property {Float32Array<ArrayBuffer>} vectors
 * @property {(vectors: Float32Array<ArrayBuffer>) => void} resolve
 * @property {(error: unknown) => void} reject
 */

/** Milliseconds of making tokens after which messages are let in. */
const SLICE = 5;
/** Milliseconds between two words about the speed. */
const TELLING = 1000;

export class EmbeddingQueue {
  /**
   * @param {object} parts
   * @param {any} parts.tokenizer of transformers.js
   * @param {Lane[]} parts.lanes all padded or none
   * @param {Pick<import("../models.js").ModelCard, "dim" | "maxTokens" | "prefixes">} parts.card
   */
  constructor({ tokenizer, lanes, card }) {
    this.tokenizer = tokenizer;
    this.lanes = lanes;
    this.card = card;
    this.padded = lanes.some(({ padded }) => padded);
    /** @type {Set<Lane>} */
    this.idle = new Set(lanes);
    /** @type {Job[]} */
    this.queries = [];
    /** @type {Job[]} */
    this.passages = [];
    this.reading = false;
    this.speed = new Speed();
    this.onFailure = (/** @type {string} */ _message) => {};
    this.onSpeed = (/** @type {number} */ _tokensPerSecond) => {};
    this.toldAt = Number.NEGATIVE_INFINITY;
  }

  /**
   * @param {number} id for `abort`
   * @param {string[]} texts
   * @param {"query" | "passage"} role
   * @returns {Promise<Float32Array<ArrayBuffer>>} one unit vector after the other
   */
  embed(id, texts, role) {
    return new Promise((resolve, reject) => {
      const vectors = new Float32Array(texts.length * this.card.dim);
      if (texts.length === 0) resolve(vectors);
      const queue = role === "query" ? this.queries : this.passages;
      const missing = texts.length;
      const prefix = this.card.prefixes[role];
      const job = { id, texts, prefix, read: 0, items: [], missing, vectors, resolve, reject };
      if (missing) queue.push(job);
      if (!this.reading) void this.readTexts();
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

  /** Make tokens of all texts that wait, and have the lanes take them. */
  async readTexts() {
    this.reading = true;
    try {
      for (let job = this.unread(); job; job = this.unread()) {
        const until = performance.now() + SLICE;
        while (job.read < job.texts.length && performance.now() < until) this.readText(job);
        this.feed();
        await nextTask();
      }
    } catch (error) {
      this.fail(error);
    }
    this.reading = false;
  }

  unread() {
    const isUnread = (/** @type {Job} */ job) => job.read < job.texts.length;
    return this.queries.find(isUnread) ?? this.passages.find(isUnread);
  }

  /** @param {Job} job */
  readText(job) {
    const row = job.read;
    job.items.push({ job, row, ids: this.tokenIds(job.prefix + (job.texts[row] ?? "")) });
    job.read += 1;
    // A batch is padded to its longest text, so all are known first, and lie by length.
    if (this.padded && job.read === job.texts.length) {
      job.items.sort((a, b) => a.ids.length - b.ids.length);
    }
  }

  /** Give each idle lane a batch, as long as there is something to do. */
  feed() {
    for (const lane of [...this.idle]) {
      const batch = this.take(lane);
      if (batch.length === 0) return;
      this.idle.delete(lane);
      void this.work(lane, batch);
    }
  }

  /**
   * @param {Lane} lane
   * @param {Item[]} batch
   */
  async work(lane, batch) {
    try {
      const rows = batch.map(({ ids }) => ids);
      const began = performance.now();
      const vectors = await lane.run(rows);
      this.speed.note(rows, performance.now() - began, lane.padded);
      this.settle(batch, vectors);
      this.tellSpeed();
      // Lets messages in: a query that has arrived, or an abort.
      await nextTask();
    } catch (error) {
      this.fail(error);
      return;
    }
    this.idle.add(lane);
    this.feed();
  }

  /**
   * The texts whose turn it is, of all queries or of all passages, as many as the lane takes.
   *
   * @param {Lane} lane
   * @returns {Item[]}
   */
  take(lane) {
    for (const queue of [this.queries, this.passages]) {
      const isReady = (/** @type {Job} */ job) =>
        job.items.length > 0 && (!this.padded || job.read === job.texts.length);
      const jobs = queue.filter(isReady);
      const choose = this.padded ? takePadded : takeInOrder;
      if (jobs.length > 0) return choose(jobs, this.limit(lane));
    }
    return [];
  }

  /**
   * Tokens of a batch: what the lane does in its time, at the speed measured.
   *
   * @param {Lane} lane
   */
  limit(lane) {
    const { perMillisecond } = this.speed;
    return perMillisecond ? Math.min(perMillisecond * lane.time, lane.most) : this.card.maxTokens;
  }

  tellSpeed() {
    const now = performance.now();
    if (now - this.toldAt < TELLING) return;
    this.toldAt = now;
    this.onSpeed(this.speed.told(this.lanes.length).tokensPerSecond);
  }

  /**
   * @param {Item[]} batch
   * @param {Float32Array} vectors
   */
  settle(batch, vectors) {
    const { dim } = this.card;
    if (vectors.length !== batch.length * dim) throw new Error("wrong output shape");
    for (const [at, { job, row }] of batch.entries()) {
      job.vectors.set(vectors.subarray(at * dim, (at + 1) * dim), row * dim);
      job.missing -= 1;
      if (job.missing === 0) this.finish(job);
    }
  }

  /** @param {Job} job */
  finish(job) {
    for (const queue of [this.queries, this.passages]) {
      const at = queue.indexOf(job);
      if (at >= 0) queue.splice(at, 1);
    }
    job.resolve(job.vectors);
  }

  /**
   * Token ids with the special ones, cut to what the model reads.
   *
   * @param {string} text
   */
  tokenIds(text) {
    /** @type {number[]} */
    const ids = this.tokenizer.encode(text);
    const { maxTokens } = this.card;
    const last = ids.at(-1) ?? 0;
    return Uint32Array.from(ids.length <= maxTokens ? ids : [...ids.slice(0, maxTokens - 1), last]);
  }

  /** @param {unknown} error */
  fail(error) {
    const message = error instanceof Error ? error.message : String(error);
    const failure = new FossickError("model-failed", `The model failed: ${message}`);
    for (const job of [...this.queries.splice(0), ...this.passages.splice(0)]) job.reject(failure);
    this.onFailure(message);
  }
}
