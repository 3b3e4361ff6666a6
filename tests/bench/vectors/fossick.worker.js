/** Fossick's vector index alone, in Pyodide as the site has it; `_inside.py` does what is timed. */
const { startInterpreter } = await import("../static/workers/interpreter.js");
const { compileKernels, kernelsOver } = await import("../static/workers/kernels.js");
const { pyodide } = await startInterpreter({ step: () => {}, useImage: false });
const archive = await fetch(new URL("inside.zip", import.meta.url));
pyodide.unpackArchive(await archive.arrayBuffer(), "zip");
self.kernels = kernelsOver(await compileKernels(), pyodide._module.memory);
const inside = pyodide.pyimport("_inside");

const requests = {
  async build({ url, dim, options }) {
    const data = new Uint8Array(await (await fetch(url)).arrayBuffer());
    return JSON.parse(inside.build(data, dim, JSON.stringify(options)));
  },
  async ask({ url, warm }) {
    const data = new Uint8Array(await (await fetch(url)).arrayBuffer());
    return JSON.parse(inside.ask(data, warm));
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
