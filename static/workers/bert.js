// @ts-check
/**
 * A BERT encoder as `pyodide_build/minilm_graph.py` writes it in int8: read from its ONNX file, laid
 * out in a WebAssembly memory (`bert-weights.js`), and run by the functions of `pyodide_build/encoder/encoder.c`.
 *
 * Texts follow each other without padding, and a text's vector does not hang on its neighbours.
 */

import { Arena, Weights } from "./bert-weights.js";

/** @typedef {import("./bert-weights.js").Layer} Layer */
/** @typedef {import("./bert-weights.js").Product} Product */

/** Tokens that a batch may have in all. */
export const MOST_TOKENS = 1024;
/** Rows beyond the last one that the encoder's functions may write to. */
const SPARE = 8;

export class Bert {
  /**
   * @param {Uint8Array} file an ONNX file
   * @param {WebAssembly.Module} module the encoder
   * @throws {Error} when the file is none that `minilm_graph.py` has written
   */
  constructor(file, module) {
    this.arena = new Arena();
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.arena.memory } });
    this.run = /** @type {import("./bert-weights.js").Functions} */ (exports);
    const weights = new Weights(file, this.arena, this.run);
    this.heads = weights.heads;
    this.epsilon = weights.epsilon;
    this.embedding = weights.embeddings();
    this.dim = this.embedding.dim;
    this.layers = weights.layers();
    this.wide = Math.max(3 * this.dim, ...this.layers.map(({ wide }) => wide.width));
    this.rooms = this.scratch();
  }

  scratch() {
    const rows = MOST_TOKENS + SPARE;
    const room = (/** @type {number} */ width) => this.arena.room(rows * width);
    const longest = Math.min(this.embedding.most, MOST_TOKENS) + SPARE;
    const codeSize = Number(this.run.code_size?.());
    return {
      words: room(4),
      places: room(4),
      x: room(4 * this.dim),
      wide: room(4 * this.wide),
      mixed: room(4 * this.dim),
      codes: room(this.wide * codeSize),
      steps: room(4),
      zeros: room(4),
      keys: this.arena.room(4 * longest * (this.dim / this.heads)),
      values: this.arena.room(4 * longest * (this.dim / this.heads)),
      scores: this.arena.room(4 * longest * 4),
      vector: this.arena.room(4 * this.dim),
    };
  }

  /**
   * Unit vectors, one after the other, of texts given by their tokens' ids one after the other.
   *
   * @param {Uint32Array} ids at most MOST_TOKENS
   * @param {Uint32Array} lengths how many of them each text has, at least 1
   * @param {"mean" | "cls"} pooling
   * @returns {Float32Array<ArrayBuffer>}
   */
  encode(ids, lengths, pooling = "mean") {
    const { rooms, run, dim } = this;
    const rows = this.embed(ids, lengths);
    for (const layer of this.layers) this.pass(layer, rows, lengths);
    const vectors = new Float32Array(lengths.length * dim);
    let at = rooms.x;
    for (const [text, length] of lengths.entries()) {
      run.pool?.(at, length, dim, pooling === "cls" ? 1 : 0, rooms.vector);
      vectors.set(this.arena.floats(rooms.vector, dim), text * dim);
      at += length * dim * 4;
    }
    return vectors;
  }

  /**
   * @param {Uint32Array} ids
   * @param {Uint32Array} lengths
   * @returns {number} rows to be worked on: tokens up to the next multiple of 4
   */
  embed(ids, lengths) {
    const { rooms, embedding } = this;
    if (ids.length > MOST_TOKENS || ids.some((id) => id >= embedding.size)) {
      throw new RangeError(`${ids.length} tokens, of which some are unknown or too many`);
    }
    const rows = Math.ceil(ids.length / 4) * 4;
    const { buffer } = this.arena.memory;
    new Uint32Array(buffer, rooms.words, rows).fill(0).set(ids);
    const places = new Uint32Array(buffer, rooms.places, rows).fill(0);
    let at = 0;
    for (const length of lengths) {
      if (length < 1 || length > embedding.most) throw new RangeError(`a text of ${length} tokens`);
      for (let place = 0; place < length; place += 1) places[at + place] = place;
      at += length;
    }
    const { table, scale, zero, positions, gamma, beta, dim } = embedding;
    const from = [rooms.words, rooms.places, rows, table, scale, zero, positions];
    this.run.embed?.(...from, gamma, beta, this.epsilon, dim, rooms.x);
    return rows;
  }

  /**
   * @param {Layer} layer
   * @param {number} rows
   * @param {Uint32Array} lengths
   */
  pass({ qkv, output, attended, wide, narrow, done }, rows, lengths) {
    const { rooms, run, dim, heads } = this;
    this.copy(rooms.x, rooms.mixed, rows);
    this.multiply(rooms.mixed, qkv, rows, rooms.wide);
    let row = 0;
    for (const length of lengths) {
      const [from, to] = [rooms.wide + row * 12 * dim, rooms.mixed + row * 4 * dim];
      const room = [rooms.keys, rooms.values, rooms.scores];
      run.attention?.(from, length, heads, dim / heads, ...room, to);
      row += length;
    }
    this.multiply(rooms.mixed, output, rows, rooms.wide);
    run.add_normalise?.(
      rooms.x,
      rooms.wide,
      rows,
      attended.gamma,
      attended.beta,
      this.epsilon,
      dim,
    );
    this.copy(rooms.x, rooms.mixed, rows);
    this.multiply(rooms.mixed, wide, rows, rooms.wide);
    this.multiply(rooms.wide, narrow, rows, rooms.mixed, true);
    run.add_normalise?.(rooms.x, rooms.mixed, rows, done.gamma, done.beta, this.epsilon, dim);
  }

  /**
   * @param {number} x used up
   * @param {Product} product
   * @param {number} rows
   * @param {number} out
   * @param {boolean} curved whether x goes through GELU first
   */
  multiply(x, product, rows, out, curved = false) {
    const { codes, steps, zeros } = this.rooms;
    const { weights, scales, sums, bias, balance, inner, width } = product;
    this.run.quantise?.(x, balance, curved ? 1 : 0, rows, inner, codes, steps, zeros);
    this.run.product?.(
      ...[codes, steps, zeros, rows, inner, weights, scales, sums, bias, width, out],
    );
  }

  /**
   * @param {number} from
   * @param {number} to
   * @param {number} rows
   */
  copy(from, to, rows) {
    new Uint8Array(this.arena.memory.buffer).copyWithin(to, from, from + rows * this.dim * 4);
  }
}
