/**
 * The part of a worker that is the same for all peers: it fetches the vectors, has them indexed, and
 * answers queries one at a time.
 *
 * @typedef {object} Peer
 * @property {(rows: Float32Array[], dim: number, options: any) => any} build
 * @property {(index: any, query: Float32Array) => number[] | Promise<number[]>} ask
 *   numbers of the ten nearest rows
 * @property {() => number} [wasmBytes] bytes of a memory of WebAssembly
 */

/** @param {Peer} peer */
export function measure(peer) {
  let index = null;
  const requests = {
    async build({ url, dim, options }) {
      const rows = await rowsOf(url, dim);
      const begun = performance.now();
      index = await peer.build(rows, dim, options);
      return { build_ms: performance.now() - begun, bytes: peer.wasmBytes?.() ?? 0 };
    },
    async ask({ url, dim, warm }) {
      const queries = await rowsOf(url, dim);
      for (const query of queries.slice(0, warm)) await peer.ask(index, query);
      const [times, hits] = [[], []];
      for (const query of queries) {
        const begun = performance.now();
        hits.push(await peer.ask(index, query));
        times.push(performance.now() - begun);
      }
      return { times, hits };
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
}

async function rowsOf(url, dim) {
  const all = new Float32Array(await (await fetch(url)).arrayBuffer());
  return Array.from({ length: all.length / dim }, (_, at) =>
    all.subarray(at * dim, (at + 1) * dim),
  );
}
