// @ts-check
/** One encoder on one thread. It owns no queue: what it is given it encodes at once. */

import "./requests.js";
import { enveloped } from "../errors.js";
import * as Comlink from "../vendor/comlink.js";
import { Bert } from "./bert.js";

class Encoder {
  constructor() {
    /** @type {Bert | null} */
    this.bert = null;
  }

  /**
   * @param {WebAssembly.Module} module
   * @param {Uint8Array} file the ONNX file
   * @returns {Promise<import("../errors.js").Envelope<number>>} the dimension of its vectors
   */
  load(module, file) {
    return enveloped(async () => {
      this.bert = new Bert(file, module);
      return this.bert.dim;
    }, "model-failed");
  }

  /**
   * @param {Uint32Array} ids
   * @param {Uint32Array} lengths
   * @param {"mean" | "cls"} pooling
   */
  async encode(ids, lengths, pooling) {
    const answer = await enveloped(async () => {
      if (!this.bert) throw new Error("no model is loaded");
      return this.bert.encode(ids, lengths, pooling);
    }, "model-failed");
    return answer.ok ? Comlink.transfer(answer, [answer.value.buffer]) : answer;
  }

  /** Bytes of its memory. */
  async heap() {
    return this.bert?.arena.memory.buffer.byteLength ?? 0;
  }
}

Comlink.expose(new Encoder());
