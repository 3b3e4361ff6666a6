// @ts-check
/**
 * A BERT encoder as `pyodide_build/minilm_graph.py` writes it in int8: read from its ONNX file, laid
 * out in a WebAssembly memory, and run by the functions of `pyodide_build/encoder/encoder.c`.
 *
 * Texts follow each other without padding, and a text's vector does not hang on its neighbours.
 */

import { readOnnx } from "./onnx-file.js";

/** @typedef {import("./onnx-file.js").TensorBytes} TensorBytes */
/** @typedef {{ weights: number, scales: number, sums: number, bias: number, balance: number, inner: number, width: number }} Product */
/** @typedef {{ gamma: number, beta: number }} Norm */
/** @typedef {{ qkv: Product, output: Product, attended: Norm, wide: Product, narrow: Product, done: Norm }} Layer */

/** Tokens that a batch may have in all. */
export const MOST_TOKENS = 1024;
/** Rows beyond the last one that the encoder's functions may write to. */
const SPARE = 8;
const PAGE = 65_536;
const ALIGNMENT = 64;

const KNOWN = new Set([
  ..."Cast QEmbedLayerNormalization Mul DynamicQuantizeLinear QAttention MatMulInteger".split(" "),
  ..."SkipLayerNormalization BiasGelu".split(" "),
]);

/** One after the other in a memory that grows. */
class Arena {
  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 16 });
    this.end = 1024;
  }

  /** @param {number} size in bytes */
  room(size) {
    const at = this.end;
    this.end = Math.ceil((at + size) / ALIGNMENT) * ALIGNMENT;
    const lacking = this.end - this.memory.buffer.byteLength;
    if (lacking > 0) this.memory.grow(Math.ceil(lacking / PAGE));
    return at;
  }

  /** @param {Uint8Array} data */
  keep(data) {
    const at = this.room(data.byteLength);
    new Uint8Array(this.memory.buffer, at).set(data);
    return at;
  }

  /** @param {Float32Array} values */
  keepFloats(values) {
    return this.keep(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  /**
   * @param {number} at
   * @param {number} length
   */
  floats(at, length) {
    return new Float32Array(this.memory.buffer, at, length);
  }
}

export class Bert {
  /**
   * @param {Uint8Array} file an ONNX file
   * @param {WebAssembly.Module} module the encoder
   * @throws {Error} when the file is none that `minilm_graph.py` has written
   */
  constructor(file, module) {
    const { nodes, tensors } = readOnnx(file);
    const strange = nodes.find(({ type }) => !KNOWN.has(type));
    if (strange || nodes.length === 0) {
      throw new Error(`no encoder of a known kind: ${strange?.type ?? "no nodes"}`);
    }
    this.tensors = tensors;
    this.arena = new Arena();
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.arena.memory } });
    this.run = /** @type {Record<string, (...values: number[]) => void>} */ (exports);
    const attentions = nodes.filter(({ type }) => type === "QAttention");
    this.heads = attentions[0]?.ints.num_heads ?? 1;
    const embedding = nodes.find(({ type }) => type === "QEmbedLayerNormalization");
    this.epsilon = embedding?.floats.epsilon ?? 1e-12;
    this.embedding = this.embeddings();
    this.dim = this.embedding.dim;
    this.layers = attentions.map((_, layer) => this.layer(`encoder.layer.${layer}`));
    this.wide = Math.max(3 * this.dim, ...this.layers.map(({ wide }) => wide.width));
    this.rooms = this.scratch();
    this.tensors.clear(); // and with them the file
  }

  embeddings() {
    const part = (/** @type {string} */ name) => `embeddings.${name}`;
    const name = part("word_embeddings.weight");
    const words = this.tensor(`${name}_quantized`);
    const dim = words.dims[1] ?? 0;
    const positions = this.dequantised(part("position_embeddings.weight"));
    const kind = this.dequantised(part("token_type_embeddings.weight"));
    for (let at = 0; at < positions.length; at += 1) positions[at] += kind[at % dim] ?? 0;
    return {
      dim,
      table: this.arena.keep(words.data),
      size: words.dims[0] ?? 0,
      scale: this.floats(`${name}_scale`)[0] ?? 0,
      zero: this.tensor(`${name}_zero_point`).data[0] ?? 0,
      positions: this.arena.keepFloats(positions),
      most: positions.length / dim,
      gamma: this.arena.keepFloats(this.dequantised(part("LayerNorm.weight"))),
      beta: this.arena.keepFloats(this.dequantised(part("LayerNorm.bias"))),
    };
  }

  /**
   * @param {string} name
   * @returns {Layer}
   */
  layer(name) {
    const attention = `${name}.attention.output`;
    return {
      qkv: this.product(`${name}.qkv`, `${name}.qkv.bias`),
      output: this.product(`${attention}.dense`, `${attention}.dense.bias`),
      attended: this.norm(`${attention}.LayerNorm`),
      wide: this.product(`${name}.intermediate.dense`, `${name}.intermediate.dense.bias`),
      narrow: this.product(`${name}.output.dense`, `${name}.output.dense.bias`),
      done: this.norm(`${name}.output.LayerNorm`),
    };
  }

  /**
   * @param {string} name
   * @param {string} bias
   * @returns {Product}
   */
  product(name, bias) {
    const { arena } = this;
    const tensor = this.tensor(`${name}.weight_quantized`);
    const [inner = 0, width = 0] = tensor.dims;
    const zeros = this.tensor(`${name}.weight_zero_point`).data;
    if (inner % 16 || width % 8 || zeros.some(Boolean)) throw new Error(`${name} does not fit`);
    const balance = this.tensors.has(`${name}.weight.scale`);
    const product = {
      weights: arena.room(tensor.data.length),
      scales: arena.keepFloats(this.floats(`${name}.weight_scale`)),
      sums: arena.room(width * 4),
      bias: arena.keepFloats(this.floats(bias)),
      balance: balance ? arena.keepFloats(this.floats(`${name}.weight.scale`)) : 0,
      inner,
      width,
    };
    const { end } = arena;
    this.run.pack?.(arena.keep(tensor.data), inner, width, product.weights, product.sums);
    arena.end = end; // what was packed is not needed any more
    return product;
  }

  /** @param {string} name */
  norm(name) {
    const [gamma, beta] = [this.floats(`${name}.weight`), this.floats(`${name}.bias`)];
    return { gamma: this.arena.keepFloats(gamma), beta: this.arena.keepFloats(beta) };
  }

  scratch() {
    const rows = MOST_TOKENS + SPARE;
    const room = (/** @type {number} */ width) => this.arena.room(rows * width);
    const longest = Math.min(this.embedding.most, MOST_TOKENS) + SPARE;
    return {
      words: room(4),
      places: room(4),
      x: room(4 * this.dim),
      wide: room(4 * this.wide),
      mixed: room(4 * this.dim),
      codes: room(this.wide),
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

  /**
   * @param {string} name
   * @returns {TensorBytes}
   */
  tensor(name) {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new Error(`no encoder of a known kind: no ${name}`);
    return tensor;
  }

  /** @param {string} name */
  floats(name) {
    const { data } = this.tensor(name);
    return new Float32Array(data.slice().buffer);
  }

  /**
   * @param {string} name
   * @returns {Float32Array<ArrayBuffer>}
   */
  dequantised(name) {
    const { data } = this.tensor(`${name}_quantized`);
    const scale = this.floats(`${name}_scale`)[0] ?? 0;
    const zero = this.tensor(`${name}_zero_point`).data[0] ?? 0;
    return Float32Array.from(data, (code) => (code - zero) * scale);
  }
}
