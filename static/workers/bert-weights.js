// @ts-check
/** The weights of a BERT encoder, out of its ONNX file into a WebAssembly memory. */

import { readOnnx } from "./onnx-file.js";

/** @typedef {import("./onnx-file.js").TensorBytes} TensorBytes */
/** @typedef {{ weights: number, scales: number, sums: number, bias: number, balance: number, inner: number, width: number }} Product */
/** @typedef {{ gamma: number, beta: number }} Norm */
/** @typedef {{ qkv: Product, output: Product, attended: Norm, wide: Product, narrow: Product, done: Norm }} Layer */
/** @typedef {Record<string, (...values: number[]) => void>} Functions */

const PAGE = 65_536;
const ALIGNMENT = 64;

const KNOWN = new Set([
  ..."Cast QEmbedLayerNormalization Mul DynamicQuantizeLinear QAttention MatMulInteger".split(" "),
  ..."SkipLayerNormalization BiasGelu".split(" "),
]);

/** One after the other in a memory that grows. */
export class Arena {
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

/** Reads a file's tensors into an arena; what it finds are addresses there. */
export class Weights {
  /**
   * @param {Uint8Array} file an ONNX file
   * @param {Arena} arena
   * @param {Functions} run the encoder's functions, over the arena's memory
   * @throws {Error} when the file is none that `minilm_graph.py` has written
   */
  constructor(file, arena, run) {
    const { nodes, tensors } = readOnnx(file);
    const strange = nodes.find(({ type }) => !KNOWN.has(type));
    if (strange || nodes.length === 0) {
      throw new Error(`no encoder of a known kind: ${strange?.type ?? "no nodes"}`);
    }
    this.tensors = tensors;
    this.arena = arena;
    this.run = run;
    const attentions = nodes.filter(({ type }) => type === "QAttention");
    this.heads = attentions[0]?.ints.num_heads ?? 1;
    const embedding = nodes.find(({ type }) => type === "QEmbedLayerNormalization");
    this.epsilon = embedding?.floats.epsilon ?? 1e-12;
    this.depth = attentions.length;
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

  /** @returns {Layer[]} */
  layers() {
    return Array.from({ length: this.depth }, (_, at) => this.layer(`encoder.layer.${at}`));
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
