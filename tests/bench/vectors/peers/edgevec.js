// EdgeVec: its graph by L2, which on rows of length 1 ranks as the cosine does (its "cosine" and
// "dot" rank the farthest first), or its graph over signs.
import init, { EdgeVec, EdgeVecConfig } from "edgevec/edgevec.js";
import { measure } from "./worker.js";

const { memory } = await init({
  module_or_path: new URL("edgevec_bg.wasm", import.meta.url),
});

measure({
  build(rows, dim, { binary }) {
    const config = new EdgeVecConfig(dim);
    config.metric = binary ? "hamming" : "l2";
    const index = new EdgeVec(config);
    for (const row of rows) binary ? index.insertWithBq(row) : index.insert(row);
    return index;
  },
  ask: (index, query) => index.search(query, 10).map(({ id }) => id - 1),
  wasmBytes: () => memory.buffer.byteLength,
});
