/** An index of vectors with float32 in OPFS and Pyodide; `_kept.py` does what is timed. */
const { startInterpreter } = await import("../static/workers/interpreter.js");
const { compileKernels, kernelsOver } = await import("../static/workers/kernels.js");
const { OpfsStore } = await import("../static/workers/store-opfs.js");
const { pyodide } = await startInterpreter({ step: () => {}, useImage: false });
const archive = await fetch(new URL("inside.zip", import.meta.url));
pyodide.unpackArchive(await archive.arrayBuffer(), "zip");
self.memory = pyodide._module.memory;
self.kernels = kernelsOver(await compileKernels(), self.memory);
const inside = pyodide.pyimport("_kept");
const files = await OpfsStore.open("kept");

const bytesOf = async (name) =>
  new Uint8Array(await (await fetch(new URL(name, import.meta.url))).arrayBuffer());

/** Milliseconds of reading files, and nothing else. */
async function plainRead(names) {
  const began = performance.now();
  for (const name of names) await files.read(name, 0, null);
  return performance.now() - began;
}

const requests = {
  async build({ names, read }) {
    for (const name of names) await files.write(name, [await bytesOf(name)]);
    const plain = [];
    for (let time = 0; time < 5; time += 1) plain.push(await plainRead(read));
    return { plain, ...JSON.parse(await inside.load(files)) };
  },
  async ask({ warm }) {
    return JSON.parse(await inside.ask(await bytesOf("queries.bin"), warm));
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
