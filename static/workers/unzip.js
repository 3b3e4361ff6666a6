// @ts-check
/**
 * Take a zip archive apart with the browser's own inflater.
 *
 * Python's zipfile does the same about ten times slower right after a start, when the
 * interpreter's WebAssembly still runs in its slowest tier.
 */

/** @typedef {[name: string, data: Uint8Array]} ArchiveFile */

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;

/**
 * The files of an archive whose names `keep` accepts, in the archive's order.
 *
 * @param {ArrayBuffer} archive without zip64 or encryption, as wheels and our bundle are
 * @param {(name: string) => boolean} [keep]
 * @returns {Promise<ArchiveFile[]>}
 */
export async function unzip(archive, keep = () => true) {
  const view = new DataView(archive);
  const end = endOfDirectory(view);
  const decoder = new TextDecoder();
  const files = [];
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    if (view.getUint32(at, true) !== DIRECTORY_ENTRY) throw new Error("damaged zip directory");
    const method = view.getUint16(at + 10, true);
    const packed = view.getUint32(at + 20, true);
    const nameLength = view.getUint16(at + 28, true);
    const local = view.getUint32(at + 42, true);
    const name = decoder.decode(new Uint8Array(archive, at + 46, nameLength));
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (name.endsWith("/") || !keep(name)) continue;
    // The local header repeats name and extra field, with lengths of its own.
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    files.push(inflate(name, method, new Uint8Array(archive, start, packed)));
  }
  return Promise.all(files);
}

/** @param {DataView} view */
function endOfDirectory(view) {
  for (let at = view.byteLength - 22; at >= 0; at -= 1) {
    if (view.getUint32(at, true) === END_OF_DIRECTORY) return at;
  }
  throw new Error("not a zip archive");
}

/**
 * @param {string} name
 * @param {number} method 0 stored, 8 deflated
 * @param {Uint8Array<ArrayBuffer>} data
 * @returns {Promise<ArchiveFile>}
 */
async function inflate(name, method, data) {
  if (method === 0) return [name, data.slice()];
  if (method !== 8) throw new Error(`${name}: zip method ${method} is not supported`);
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return [name, new Uint8Array(await new Response(stream).arrayBuffer())];
}
