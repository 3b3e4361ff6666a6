import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import test from "node:test";
import { Bert, MOST_TOKENS } from "../../static/workers/bert.js";
import { readOnnx } from "../../static/workers/onnx-file.js";

const here = (path) => new URL(`../../static/${path}`, import.meta.url);
const GRAPH = here("vendor/models/all-MiniLM-L6-v2/onnx/model_quantized.onnx");
// Node's own relaxed SIMD may be that of an older draft; browsers test the other build.
const MODULE = here("vendor/encoder/plain.wasm");
const ready = existsSync(GRAPH) && existsSync(MODULE);
const skip = ready ? false : "nothing is vendored yet; run: make vendor";

/** The tokens of the texts in probe.json. */
const PROBE = [
  [101, 2751, 102],
  [
    101, 2000, 1042, 15094, 6799, 2003, 2000, 19379, 26860, 2055, 2005, 2242, 1010, 2000, 3945,
    2083, 2028, 1005, 1055, 2219, 2598, 2005, 2751, 1012, 102,
  ],
];
const { vectors } = JSON.parse(readFileSync(here("workers/probe.json"), "utf8"));
const file = ready ? new Uint8Array(readFileSync(GRAPH)) : new Uint8Array();
const module = ready ? new WebAssembly.Module(readFileSync(MODULE)) : null;
const bert = ready ? new Bert(file, module) : null;

const encode = (rows, pooling) =>
  bert.encode(
    Uint32Array.from(rows.flat()),
    Uint32Array.from(rows, (row) => row.length),
    pooling,
  );
const cosine = (a, b) => a.reduce((sum, value, at) => sum + value * b[at], 0);

test("vectors are near those of the float32 model", { skip }, () => {
  const found = encode(PROBE);
  for (const [row, wanted] of vectors.entries()) {
    const own = found.subarray(row * bert.dim, (row + 1) * bert.dim);
    assert.ok(cosine(own, wanted) / Math.hypot(...wanted) > 0.995);
    assert.ok(Math.abs(Math.hypot(...own) - 1) < 1e-5);
  }
});

test("a text's vector is the same to the bit in any batch", { skip }, () => {
  const [short, long] = PROBE;
  const alone = encode([long]);
  for (const batch of [
    [long, short],
    [short, long],
    [short, short, long, short],
  ]) {
    const at = batch.indexOf(long) * bert.dim;
    assert.deepEqual(encode(batch).subarray(at, at + bert.dim), alone);
  }
  assert.deepEqual(encode([long]), alone);
});

test("the first token can stand for a text", { skip }, () => {
  const [mean, first] = [encode([PROBE[1]]), encode([PROBE[1]], "cls")];
  assert.ok(Math.abs(Math.hypot(...first) - 1) < 1e-5);
  assert.ok(cosine(mean, first) < 0.99);
});

test("as many tokens as there is room for, and no more", { skip }, () => {
  const row = new Array(256).fill(2751);
  assert.equal(
    encode(new Array(MOST_TOKENS / 256).fill(row)).length,
    (MOST_TOKENS / 256) * bert.dim,
  );
  assert.throws(() => encode([...new Array(MOST_TOKENS / 256).fill(row), [101]]), RangeError);
  assert.throws(() => encode([[101, 999_999, 102]]), RangeError);
  assert.throws(() => encode([new Array(600).fill(101)]), RangeError);
  assert.throws(() => encode([[]]), RangeError);
});

test("memory does not grow while it works", { skip }, () => {
  const before = bert.arena.memory.buffer.byteLength;
  for (let turn = 0; turn < 20; turn += 1) encode([new Array(1 + turn * 10).fill(2751)]);
  assert.equal(bert.arena.memory.buffer.byteLength, before);
});

test("a graph of another kind is refused", { skip }, () => {
  const { nodes } = readOnnx(file);
  assert.ok(nodes.some(({ type, ints }) => type === "QAttention" && ints.num_heads === 12));
  assert.throws(() => new Bert(new Uint8Array(), module), /known kind/);
  const other = file.slice();
  // The name of an operator, in the first hundreds of bytes of the file.
  const at = Buffer.from(other.buffer, 0, 5000).indexOf("DynamicQuantizeLinear");
  other.set(new TextEncoder().encode("DynamicQuantizeLinearX").subarray(0, 21).reverse(), at);
  assert.throws(() => new Bert(other, module), /known kind/);
});

test("a file that ends in the middle is refused", { skip }, () => {
  for (const length of [1, 100, 5000, file.length - 1000]) {
    assert.throws(() => new Bert(file.slice(0, length), module));
  }
});
