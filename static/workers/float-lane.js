// @ts-check
/** The bundled model on a GPU: in floats, which is what GPUs multiply, made of its int8 file. */

import { floatWeights, hasFloat16 } from "./float-weights.js";
import { fetchModel } from "./model-file.js";
import { runtimeLane } from "./runtime-lane.js";

/** @typedef {import("../models.js").ModelCard} ModelCard */

const VENDOR = new URL("../vendor/", import.meta.url).href;
/** What `minilm_export.py` calls the graphs without weights; `.onnx` and `_fp16.onnx` follow. */
const GRAPH = "float";

/**
 * The kinds of floats to try, the quicker first.
 * @returns {Promise<("fp16" | "fp32")[]>}
 */
export async function floatsOfAdapter() {
  const adapter = await navigator.gpu?.requestAdapter();
  return hasFloat16 && adapter?.features.has("shader-f16") ? ["fp16", "fp32"] : ["fp32"];
}

/**
 * @param {any} library transformers.js
 * @param {ModelCard} card
 * @param {"fp16" | "fp32"} dtype
 * @param {Uint8Array} quantised the model's int8 file
 */
export async function floatLane(library, card, dtype, quantised) {
  const name = `${GRAPH}${dtype === "fp16" ? "_fp16" : ""}.onnx`;
  const graph = await fetchModel(`${VENDOR}models/${card.name}/onnx/${name}`, () => {});
  const weights = floatWeights(graph, quantised);
  const { env } = library;
  const { fetch } = env;
  env.fetch = async (/** @type {string | URL} */ url) =>
    String(url).endsWith(`/${name}_data`)
      ? new Response(weights, { headers: { "content-length": String(weights.length) } })
      : globalThis.fetch(url);
  try {
    const model = await library.AutoModel.from_pretrained(card.name, {
      device: "webgpu",
      dtype,
      model_file_name: GRAPH,
      use_external_data_format: true,
    });
    return runtimeLane({ library, model, card, device: "webgpu" });
  } finally {
    env.fetch = fetch;
  }
}
