// hnswlib compiled to WebAssembly, with the parameters of its examples and a search twice as deep.
import { loadHnswlib } from "hnswlib-wasm";
import { measure } from "./worker.js";

const lib = await loadHnswlib();

measure({
  build(rows, dim) {
    const index = new lib.HierarchicalNSW("cosine", dim, "");
    index.initIndex(rows.length, 16, 200, 100);
    index.setEfSearch(64);
    const labels = rows.map((_, at) => at);
    for (let at = 0; at < rows.length; at += 1000)
      index.addPoints(rows.slice(at, at + 1000), labels.slice(at, at + 1000), false);
    return index;
  },
  ask: (index, query) => index.searchKnn(query, 10, undefined).neighbors,
  wasmBytes: () => lib.HEAPU8?.length ?? 0,
});
