// @ts-check
/** How well passages answer a query, by a cross-encoder: one request after the other. */

import { FossickError } from "../errors.js";
import { nextTask } from "./next-task.js";

/** Pairs that go through together; between two such batches an abort is heard. */
const PAIRS = 4;

export class ScoringQueue {
  /**
   * @param {object} parts
   * @param {any} parts.tokenizer
   * @param {any} parts.model
   * @param {import("../models.js").ModelCard} parts.card
   */
  constructor({ tokenizer, model, card }) {
    this.tokenizer = tokenizer;
    this.model = model;
    this.card = card;
    /** @type {Set<number>} */
    this.aborted = new Set();
    /** @type {Promise<unknown>} */
    this.last = Promise.resolve();
    this.onFailure = (/** @type {string} */ _message) => {};
  }

  /**
   * @param {number} id for `abort`
   * @param {string} query
   * @param {string[]} passages
   * @returns {Promise<Float32Array<ArrayBuffer>>} one score each, more is better
   */
  score(id, query, passages) {
    const work = this.last.then(() => this.scoreNow(id, query, passages));
    this.last = work.catch(() => {});
    return work.finally(() => this.aborted.delete(id));
  }

  /** @param {number} id */
  abort(id) {
    this.aborted.add(id);
  }

  /**
   * @param {number} id
   * @param {string} query
   * @param {string[]} passages
   */
  async scoreNow(id, query, passages) {
    const scores = new Float32Array(passages.length);
    // Batches are padded to their longest text.
    const order = passages.map((_, at) => at);
    order.sort((a, b) => (passages[a]?.length ?? 0) - (passages[b]?.length ?? 0));
    for (let from = 0; from < order.length; from += PAIRS) {
      await nextTask();
      if (this.aborted.has(id)) throw new FossickError("cancelled", "No longer wanted.");
      const batch = order.slice(from, from + PAIRS);
      const found = await this.run(
        query,
        batch.map((at) => passages[at] ?? ""),
      );
      for (const [row, at] of batch.entries()) scores[at] = Number(found[row]);
    }
    return scores;
  }

  /**
   * @param {string} query
   * @param {string[]} passages
   * @returns {Promise<Float32Array>}
   */
  async run(query, passages) {
    try {
      const inputs = this.tokenizer(
        passages.map(() => query),
        { text_pair: passages, padding: true, truncation: true, max_length: this.card.maxTokens },
      );
      const { logits } = await this.model(inputs);
      const data =
        logits.location === "gpu-buffer" ? await logits.ort_tensor.getData(true) : logits.data;
      if (data?.length !== passages.length) throw new Error("wrong output shape");
      return data;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.onFailure(message);
      throw new FossickError("model-failed", `The reranker failed: ${message}`);
    }
  }
}
