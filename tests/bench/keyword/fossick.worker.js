/**
 * Fossick's keyword engine alone, for the row "Fossick, engine": Pyodide as the site has it, the
 * app's bundle and kernels, and `_inside.py`, which does what is timed. Answers the same requests
 * as the peers' workers do; a file a segment lies in the origin private file system.
 */
const { startInterpreter } = await import("../static/workers/interpreter.js");
const { compileKernels, kernelsOver } = await import("../static/workers/kernels.js");
const { pyodide } = await startInterpreter({ step: () => {}, useImage: false });
const archive = await fetch(new URL("inside.zip", import.meta.url));
pyodide.unpackArchive(await archive.arrayBuffer(), "zip");
self.kernels = kernelsOver(await compileKernels(), pyodide._module.memory);
const inside = pyodide.pyimport("_inside");

const plain = (value) => {
  const copied = value?.toJs ? value.toJs({ dict_converter: Object.fromEntries }) : value;
  value?.destroy?.();
  return copied;
};

const requests = {
  /** `copies` of the texts, each with a prefix of its own where there are several. */
  async build({ url, file, size, copies = 1 }) {
    const folder = await emptyFolder(file);
    const data = new Uint8Array(await (await fetch(url)).arrayBuffer());
    const chunks = inside.take(data);
    const sum = { index_ms: 0, store_ms: 0, bytes: 0, segments: 0, parts: {} };
    for (let copy = 0; copy < copies; copy += 1) {
      for (let start = 0; start < chunks; start += size) {
        const { parts, packed } = plain(inside.segment(start, size, copies > 1 ? copy + 1 : 0));
        for (const [name, ms] of Object.entries(parts)) {
          sum.parts[name] = (sum.parts[name] ?? 0) + ms;
          sum[name === "pack" ? "store_ms" : "index_ms"] += ms;
        }
        await write(folder, String(sum.segments).padStart(4, "0"), packed);
        sum.segments += 1;
        sum.bytes += packed.length;
      }
    }
    return sum;
  },
  save: () => null,
  async load({ file, traced }) {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(file);
    if (traced) inside.trace();
    const begun = performance.now();
    for (const name of await names(folder)) inside.read(await read(folder, name));
    const read_ms = performance.now() - begun;
    const parts = plain(inside.open());
    return { read_ms, ...parts, load_ms: performance.now() - begun };
  },
  ask: ({ kind, queries }) => plain(inside.ask(kind, queries)),
  used: () => plain(inside.traced()),
  wasm: () => pyodide._module.HEAP8.length,
};

self.onmessage = async ({ data }) => {
  try {
    postMessage({ value: await requests[data.request](data) });
  } catch (error) {
    postMessage({ error: String(error) });
  }
};
postMessage({ value: "ready" });

async function emptyFolder(name) {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(name, { recursive: true }).catch(() => {});
  return root.getDirectoryHandle(name, { create: true });
}

async function names(folder) {
  const found = [];
  for await (const name of folder.keys()) found.push(name);
  return found.sort();
}

async function write(folder, name, bytes) {
  const entry = await folder.getFileHandle(name, { create: true });
  const handle = await entry.createSyncAccessHandle();
  handle.write(bytes);
  handle.flush();
  handle.close();
}

async function read(folder, name) {
  const handle = await (await folder.getFileHandle(name)).createSyncAccessHandle();
  const bytes = new Uint8Array(handle.getSize());
  handle.read(bytes, { at: 0 });
  handle.close();
  return bytes;
}
