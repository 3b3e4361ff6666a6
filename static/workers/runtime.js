// @ts-check
/** ONNX Runtime by transformers.js: pointed at our files, and a model in it. */

import { runtimeLane } from "./runtime-lane.js";

/** @typedef {import("../models.js").ModelCard} ModelCard */

const VENDOR = new URL("../vendor/", import.meta.url).href;
const MAX_THREADS = 8;

/**
 * Point the library at our files and nowhere else.
 *
 * @param {any} env
 * @param {"webgpu" | "wasm"} device
 * @param {number} wanted threads, 0 for as many as there are cores
 * @returns {number} threads used on the processor
 */
export function configure(env, device, wanted) {
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  // As a path: the library looks for a local tokenizer only where this is no whole URL.
  env.localModelPath = `${new URL(VENDOR).pathname}models/`;
  env.useBrowserCache = false;
  // It would start the runtime from a blob: URL, which the site's policy forbids.
  env.useWasmCache = false;
  // The build with asyncify is needed for WebGPU alone; it is twice the size, and slower.
  const build = device === "webgpu" ? "ort-wasm-simd-threaded.asyncify" : "ort-wasm-simd-threaded";
  const { wasm } = env.backends.onnx;
  wasm.wasmPaths = {
    mjs: `${VENDOR}onnxruntime/${build}.mjs`,
    wasm: `${VENDOR}onnxruntime/${build}.wasm`,
  };
  wasm.proxy = false;
  const cores = wanted || Math.min(navigator.hardwareConcurrency || 1, MAX_THREADS);
  wasm.numThreads = globalThis.crossOriginIsolated && device === "wasm" ? cores : 1;
  return wasm.numThreads;
}

/**
 * The lane of ONNX Runtime.
 *
 * @param {any} library
 * @param {{ card: ModelCard, device: "webgpu" | "wasm", dtype: string }} options
 * @param {(done: number, total: number) => void} onBytes
 */
export async function runtimeLaneOf(library, { card, device, dtype }, onBytes) {
  const progress_callback = byteCounter(onBytes);
  const options = { device, dtype, progress_callback };
  const model = await library.AutoModel.from_pretrained(card.name, options);
  return runtimeLane({ library, model, card, device });
}

/**
 * Bytes of all files together, from the library's events about each of them.
 *
 * @param {(done: number, total: number) => void} onBytes
 */
export function byteCounter(onBytes) {
  /** @type {Map<string, {loaded: number, total: number}>} */
  const files = new Map();
  return (/** @type {any} */ { status, file, loaded, total }) => {
    if (status !== "progress" || !total) return;
    files.set(file, { loaded, total });
    const all = [...files.values()];
    onBytes(sum(all.map((one) => one.loaded)), sum(all.map((one) => one.total)));
  };
}

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);
