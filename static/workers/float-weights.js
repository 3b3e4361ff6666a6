// @ts-check
/**
 * The weights of a float graph, out of the int8 model: what `minilm_float.py` has written points
 * into a file that is made here, on the device, so that GPUs need no download of their own.
 */

import { readOnnx } from "./onnx-file.js";

/** @typedef {import("./onnx-file.js").TensorBytes} TensorBytes */

const FLOAT = 1;
const INT8 = 3;

/** Not every browser has it; where it is missing there is no float16. */
const Float16 = /** @type {any} */ (globalThis).Float16Array;
export const hasFloat16 = Boolean(Float16);

/**
 * @param {Uint8Array} graph ONNX without weights: tensors of float32 and float16, data elsewhere
 * @param {Uint8Array} quantised the same model in int8
 * @returns {Uint8Array<ArrayBuffer>} the tensors one after the other, in the order of the graph
 * @throws {Error} when one model is not of the other
 */
export function floatWeights(graph, quantised) {
  const wanted = [...readOnnx(graph).tensors];
  const { tensors } = readOnnx(quantised);
  const sizes = wanted.map(([, { type, dims }]) => product(dims) * (type === FLOAT ? 4 : 2));
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const [number, [name, { type, dims }]] of wanted.entries()) {
    const values = valuesOf(name, tensors);
    if (values.length !== product(dims)) throw new Error(`${name} is of another size in int8`);
    const Kind = type === FLOAT ? Float32Array : Float16;
    // Aligned or not: a view would have to be, a copy of bytes need not.
    bytes.set(new Uint8Array(Kind.from(values).buffer), at);
    at += sizes[number] ?? 0;
  }
  return bytes;
}

/**
 * @param {string} name
 * @param {Map<string, TensorBytes>} tensors of the int8 model
 */
function valuesOf(name, tensors) {
  const plain = tensors.get(name);
  if (plain) return floats(plain);
  const [codes, steps, zeros] = ["quantized", "scale", "zero_point"].map((part) => {
    const tensor = tensors.get(`${name}_${part}`);
    if (!tensor) throw new Error(`there is no ${name} in int8`);
    return tensor;
  });
  const scale = floats(steps);
  const [zero, code] = [integers(zeros), integers(codes)];
  const values = new Float32Array(code.length);
  const columns = scale.length;
  for (let i = 0; i < values.length; i += 1) {
    const column = columns === 1 ? 0 : i % columns;
    values[i] = ((code[i] ?? 0) - (zero[column] ?? 0)) * (scale[column] ?? 0);
  }
  // What int8 balances before a product is a factor of the weights' rows.
  const balance = tensors.get(`${name}.scale`);
  if (balance) {
    const rows = floats(balance);
    const width = values.length / rows.length;
    for (let i = 0; i < values.length; i += 1) values[i] *= rows[Math.floor(i / width)] ?? 1;
  }
  return values;
}

/** @param {TensorBytes} tensor */
const floats = ({ data }) => new Float32Array(data.slice().buffer);

/** @param {TensorBytes} tensor */
const integers = ({ type, data }) =>
  type === INT8 ? new Int8Array(data.buffer, data.byteOffset, data.length) : data;

/** @param {number[]} dims */
const product = (dims) => dims.reduce((size, dim) => size * dim, 1);
