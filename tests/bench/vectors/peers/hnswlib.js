// hnswlib compiled to WebAssembly.
import { loadHnswlib } from "hnswlib-wasm";
import { measure } from "./worker.js";

const lib = await loadHnswlib();

measure({
  build(rows, dim, { M, ef_construction, ef_search }) {
    const index = new lib.HierarchicalNSW("cosine", dim, "");
    index.initIndex(rows.length, M, ef_construction, 100);
    index.setEfSearch(ef_search);
    const labels = rows.map((_, at) => at);
    for (let at = 0; at < rows.length; at += 1000)
      index.addPoints(rows.slice(at, at + 1000), labels.slice(at, at + 1000), false);
    return index;
  },
  ask: (index, query) => index.searchKnn(query, 10, undefined).neighbors,
  wasmBytes: () => lib.HEAPU8?.length ?? 0,
});
