/** A collection's vectors in OPFS and in Pyodide; `_million.py` does what is timed. */
const { startInterpreter } = await import("../static/workers/interpreter.js");
const { compileKernels, kernelsOver } = await import("../static/workers/kernels.js");
const { OpfsStore } = await import("../static/workers/store-opfs.js");
const { pyodide } = await startInterpreter({ step: () => {}, useImage: false });
const archive = await fetch(new URL("inside.zip", import.meta.url));
pyodide.unpackArchive(await archive.arrayBuffer(), "zip");
const { memory } = pyodide._module;
self.kernels = kernelsOver(await compileKernels(), memory);
const sum = await (await fetch(new URL("sum.wasm", import.meta.url))).arrayBuffer();
self.sum = (await WebAssembly.instantiate(sum, { env: { memory } })).instance.exports.sum;
const inside = pyodide.pyimport("_million");
const files = await OpfsStore.open("million");

const bytesOf = async (name) =>
  new Uint8Array(await (await fetch(new URL(name, import.meta.url))).arrayBuffer());

/** Milliseconds of reading all parts, and nothing else. */
async function plainRead(parts) {
  const began = performance.now();
  for (let part = 0; part < parts; part += 1) await files.read(`part-${part}`, 0, null);
  return performance.now() - began;
}

const requests = {
  async build({ parts, dim }) {
    for (let part = 0; part < parts; part += 1)
      await files.write(`part-${part}`, [await bytesOf(`part-${part}.bin`)]);
    const plain = [await plainRead(parts), await plainRead(parts), await plainRead(parts)];
    return { plain, ...JSON.parse(await inside.load(files, parts, dim)) };
  },
  async ask({ warm }) {
    return JSON.parse(inside.ask(await bytesOf("queries.bin"), warm));
  },
};

self.onmessage = async ({ data }) => {
  try {
    postMessage({ value: await requests[data.request](data) });
  } catch (error) {
    postMessage({ error: String(error) });
  }
};
postMessage({ value: "ready" });
