// transformers.js as its documentation shows it, in a worker.
import { env, pipeline } from "../static/vendor/transformers/transformers.min.js";

const vendor = new URL("../static/vendor/", import.meta.url);
env.allowRemoteModels = false;
env.allowLocalModels = true;
env.useBrowserCache = false;
env.useWasmCache = false;
const build = new URL("onnxruntime/ort-wasm-simd-threaded", vendor).href;
env.backends.onnx.wasm.wasmPaths = { mjs: `${build}.mjs`, wasm: `${build}.wasm` };
let extractor;

globalThis.onmessage = async ({ data: { load, texts } }) => {
  try {
    if (load) {
      env.localModelPath = load.folder;
      env.backends.onnx.wasm.numThreads = load.threads;
      extractor = await pipeline("feature-extraction", load.name, { device: "wasm", dtype: "q8" });
      postMessage({});
    } else {
      const output = await extractor(texts, { pooling: "mean", normalize: true });
      postMessage({ vectors: output.data });
    }
  } catch (error) {
    postMessage({ error: String(error) });
  }
};
