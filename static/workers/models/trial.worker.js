// @ts-check
/**
 * Runs a model that was just put on this device, on WASM and one text at a time: does it load, what
 * does it give, in how many dimensions? What it made of the texts is kept with its card, so that
 * every device it runs on later can be compared with it.
 */

import "../requests.js";
import { enveloped, FossickError } from "../../errors.js";
import { letLibrariesStartWorkers } from "../../own-scripts.js";
import * as Comlink from "../../vendor/comlink.js";
import { poolUnit, tokenStates } from "../pooling.js";
import { storedFiles } from "./stored-files.js";

/** @typedef {import("../../catalogue.js").Entry} Entry */
/** @typedef {{ dim: number, reference?: import("../../models.js").Reference }} Found */

letLibrariesStartWorkers();

const VENDOR = new URL("../../vendor/", import.meta.url).href;
/** Of different lengths, so that a padding mask gone wrong shows when they go through together. */
const TEXTS = [
  "gold",
  "To fossick is to rummage about for something, to search through one's own ground for gold.",
];
/** Digits that a vector is kept with. */
const DIGITS = 4;

/**
 * @param {Entry} entry
 * @returns {Promise<Found>}
 */
async function tryOut(entry) {
  const library = await import("../../vendor/transformers/transformers.min.js");
  const { env } = /** @type {any} */ (library);
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = `${new URL(VENDOR).pathname}models/`;
  env.useBrowserCache = false;
  env.useWasmCache = false;
  env.fetch = await storedFiles({ name: entry.id, onnx: entry.onnx });
  const { wasm } = env.backends.onnx;
  wasm.wasmPaths = {
    mjs: `${VENDOR}onnxruntime/ort-wasm-simd-threaded.mjs`,
    wasm: `${VENDOR}onnxruntime/ort-wasm-simd-threaded.wasm`,
  };
  wasm.proxy = false;
  wasm.numThreads = 1;
  const tokenizer = await library.AutoTokenizer.from_pretrained(entry.id, {});
  const Kind =
    entry.kind === "reranker" ? library.AutoModelForSequenceClassification : library.AutoModel;
  const model = await Kind.from_pretrained(entry.id, { device: "wasm", dtype: "fp32" });
  return entry.kind === "reranker" ? score(tokenizer, model) : embed(tokenizer, model, entry);
}

/**
 * @param {any} tokenizer
 * @param {any} model
 * @param {Entry} entry
 * @returns {Promise<Found>}
 */
async function embed(tokenizer, model, entry) {
  const vectors = [];
  for (const text of TEXTS) {
    const states = tokenStates(await model(tokenizer(entry.prefixes.query + text)));
    const dim = states?.dims?.at(-1);
    if (states?.dims?.length !== 3 || !dim) throw unsuitable("it gives no vectors of tokens");
    const vector = new Float32Array(dim);
    poolUnit(entry.pooling, states.data, vector);
    if (!vector.every(Number.isFinite)) throw unsuitable("its vectors are not finite");
    vectors.push(Array.from(vector, (value) => Number(value.toFixed(DIGITS))));
  }
  const [one, other] = vectors;
  if (one.every((value, at) => value === other[at]))
    throw unsuitable("different texts get the same vector");
  return { dim: one.length, reference: { texts: TEXTS, vectors } };
}

/**
 * @param {any} tokenizer
 * @param {any} model
 * @returns {Promise<Found>}
 */
async function score(tokenizer, model) {
  const [query, passage] = TEXTS;
  const { logits } = await model(tokenizer(query, { text_pair: passage }));
  if (logits?.dims?.at(-1) !== 1 || !Number.isFinite(Number(logits.data[0])))
    throw unsuitable("it gives no single score for a pair of texts");
  return { dim: 1 };
}

/** @param {string} why */
function unsuitable(why) {
  const hint = "It takes an ONNX export of a sentence embedding model, or of a cross-encoder.";
  return new FossickError("model-unsuitable", `This model cannot be used: ${why}.`, hint);
}

Comlink.expose({
  /** @param {Entry} entry */
  run: (entry) => enveloped(() => tryOut(entry), "model-unsuitable"),
});
