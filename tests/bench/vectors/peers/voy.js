// voy, a k-d tree in WebAssembly.
import * as voy from "voy-search/voy_search_bg.js";
import { measure } from "./worker.js";

const bytes = await (await fetch(new URL("voy_search_bg.wasm", import.meta.url))).arrayBuffer();
const { instance } = await WebAssembly.instantiate(bytes, { "./voy_search_bg.js": voy });
voy.__wbg_set_wasm(instance.exports);

measure({
  build: (rows) =>
    new voy.Voy({
      embeddings: rows.map((row, at) => ({
        id: String(at),
        title: "",
        url: "",
        embeddings: Array.from(row),
      })),
    }),
  ask: (index, query) => index.search(query, 10).neighbors.map(({ id }) => Number(id)),
  wasmBytes: () => instance.exports.memory.buffer.byteLength,
});
