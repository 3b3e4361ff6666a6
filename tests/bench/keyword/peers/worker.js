/**
 * The part of a peer's worker that is the same for all: it answers the page's requests, one at a
 * time, and keeps the stored index in a file of the origin private file system.
 *
 * @typedef {object} Peer
 * @property {(texts: string[]) => any} build
 * @property {(index: any) => Uint8Array} save
 * @property {(bytes: Uint8Array) => any} load
 * @property {Record<string, (index: any, query: string) => number[] | Promise<number[]>>} ask
 *   places of the first ten hits, by kind of query; a kind that is missing the library has not
 * @property {() => number} [wasmBytes] bytes of a memory of WebAssembly
 * @property {() => number} [usedBytes] bytes that are allocated in it
 */

/** @param {Peer} peer */
export function measure(peer) {
  let index = null;
  const requests = {
    async build({ url }) {
      const { titles, texts } = await (await fetch(url)).json();
      const whole = texts.map((text, at) => (titles[at] ? `${titles[at]}\n${text}` : text));
      const begun = performance.now();
      index = await peer.build(whole);
      return { index_ms: performance.now() - begun };
    },
    async save({ file }) {
      const begun = performance.now();
      const bytes = peer.save(index);
      const store_ms = performance.now() - begun;
      await write(file, bytes);
      return { store_ms, bytes: bytes.length };
    },
    async load({ file }) {
      const begun = performance.now();
      index = await peer.load(await read(file));
      return { load_ms: performance.now() - begun };
    },
    async ask({ kind, queries }) {
      const ask = peer.ask[kind];
      if (!ask) return null;
      const [times, hits, thrown] = [[], [], []];
      for (const query of queries) {
        const begun = performance.now();
        try {
          hits.push(await ask(index, query));
        } catch (error) {
          hits.push([]);
          thrown.push(`${query}: ${error}`);
        }
        times.push(performance.now() - begun);
      }
      return { times, hits, thrown };
    },
    wasm: () => peer.wasmBytes?.() ?? 0,
    used: () => peer.usedBytes?.() ?? 0,
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

async function write(name, bytes) {
  const root = await navigator.storage.getDirectory();
  const handle = await (await root.getFileHandle(name, { create: true })).createSyncAccessHandle();
  handle.truncate(0);
  handle.write(bytes);
  handle.flush();
  handle.close();
}

async function read(name) {
  const root = await navigator.storage.getDirectory();
  const handle = await (await root.getFileHandle(name)).createSyncAccessHandle();
  const bytes = new Uint8Array(handle.getSize());
  handle.read(bytes, { at: 0 });
  handle.close();
  return bytes;
}
