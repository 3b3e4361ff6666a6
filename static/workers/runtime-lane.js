// @ts-check
/**
 * The lane of ONNX Runtime, for graphs that our own encoder does not know, and for GPUs. Texts of a
 * batch are padded to the longest one.
 */

import { poolUnit, tokenStates } from "./pooling.js";

/** @typedef {import("./embedding-queue.js").Lane} Lane */

/** Padded tokens of one run at most: about half a second of one core, or a moment of a GPU. */
const MOST = { wasm: 1024, webgpu: 8192 };
/** Milliseconds that a batch takes. Smaller ones leave a GPU idle. */
const BATCH_TIME = 100;

/**
 * @param {object} parts
 * @param {any} parts.library transformers.js
 * @param {any} parts.model
 * @param {import("../models.js").ModelCard} parts.card
 * @param {"webgpu" | "wasm"} parts.device
 * @returns {Lane}
 */
export function runtimeLane({ library, model, card, device }) {
  const { Tensor } = library;
  const { dim, pooling } = card;
  return {
    padded: true,
    most: MOST[device],
    time: BATCH_TIME,
    async run(rows) {
      const width = Math.max(...rows.map((row) => row.length));
      const states = await forward(rows, width);
      const vectors = new Float32Array(rows.length * dim);
      for (const [at, row] of rows.entries()) {
        const tokens = states.subarray(at * width * dim, (at * width + row.length) * dim);
        poolUnit(pooling, tokens, vectors.subarray(at * dim, (at + 1) * dim));
      }
      return vectors;
    },
    heap: async () => 0,
    close: () => {},
  };

  /**
   * Hidden states (texts, width, dim) of padded token ids.
   *
   * @param {Uint32Array[]} rows
   * @param {number} width
   * @returns {Promise<Float32Array>}
   */
  async function forward(rows, width) {
    const shape = [rows.length, width];
    const ids = new BigInt64Array(rows.length * width);
    const mask = new BigInt64Array(rows.length * width);
    for (const [at, row] of rows.entries()) {
      ids.set(Array.from(row, BigInt), at * width);
      mask.fill(1n, at * width, at * width + row.length);
    }
    const outputs = await model({
      input_ids: new Tensor("int64", ids, shape),
      attention_mask: new Tensor("int64", mask, shape),
      token_type_ids: new Tensor("int64", new BigInt64Array(ids.length), shape),
    });
    const states = tokenStates(outputs);
    const data =
      states.location === "gpu-buffer" ? await states.ort_tensor.getData(true) : states.data;
    if (!data || data.length !== ids.length * dim) throw new Error("wrong output shape");
    return data;
  }
}
