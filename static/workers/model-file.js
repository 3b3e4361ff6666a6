// @ts-check
/** A model's file, with its progress told; what breaks off is gone on with where it was. */

/** Attempts in a row that bring nothing. */
const PATIENCE = 3;

/**
 * @param {string} address
 * @param {(done: number, total: number) => void} onBytes
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 * @throws {Error} when the server has no such file, or breaks off again and again
 */
export async function fetchModel(address, onBytes) {
  const download = { parts: /** @type {Uint8Array[]} */ ([]), done: 0, total: 0 };
  let failures = 0;
  for (;;) {
    const before = download.done;
    try {
      await fetchRest(address, download, onBytes);
      return joined(download);
    } catch (error) {
      if (error instanceof Refused) throw error;
      failures = download.done > before ? 1 : failures + 1;
      if (failures >= PATIENCE) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`the model's file broke off at ${download.done} bytes: ${reason}`);
      }
    }
  }
}

class Refused extends Error {}

/**
 * @param {string} address
 * @param {{ parts: Uint8Array[], done: number, total: number }} download
 * @param {(done: number, total: number) => void} onBytes
 */
async function fetchRest(address, download, onBytes) {
  const headers = download.done ? { Range: `bytes=${download.done}-` } : undefined;
  const response = await fetch(address, { headers });
  if (!response.ok || !response.body) throw new Refused(`the model's file: ${response.status}`);
  if (response.status !== 206) Object.assign(download, { parts: [], done: 0 });
  const length = Number(response.headers.get("Content-Length") ?? 0);
  const encoded = response.headers.get("Content-Encoding");
  download.total = length && !encoded ? download.done + length : 0;
  const reader = response.body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    download.parts.push(next.value);
    download.done += next.value.length;
    onBytes(download.done, download.total || download.done);
  }
  if (download.total && download.done !== download.total) throw new Error("bytes are missing");
}

/** @param {{ parts: Uint8Array[], done: number }} download */
function joined({ parts, done }) {
  const file = new Uint8Array(done);
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}
