// @ts-check
/**
 * The interpreter's image on this device: its memory right after start, and every installed
 * Python file, in two entries of the Cache API.
 *
 * An image belongs to one `key` (Pyodide's version, the packages and our bundle, by hash). Others
 * are deleted when a new one is kept. Losing it costs one slower start and nothing else, so no
 * function here throws for reasons of storage. One that could not be used is not made again: its
 * place is taken by a mark until the key changes.
 *
 * Layout of the files: u32 length of the JSON head, the head `[[name, length]...]`, the files.
 */

/** @typedef {import("./unzip.js").ArchiveFile} ArchiveFile */
/** @typedef {{ memory: Uint8Array, files: ArchiveFile[] }} DeviceImage */

const CACHE = "fossick-image-1";

/**
 * SHA-256 over the texts, in hex; a plain joined string where there is no WebCrypto.
 *
 * @param {string[]} texts
 */
export async function imageKey(texts) {
  const bytes = new TextEncoder().encode(texts.join("\n\0"));
  if (!globalThis.crypto?.subtle) return "";
  return hex(await crypto.subtle.digest("SHA-256", bytes));
}

/** @param {ArrayBuffer} digest */
export function hex(digest) {
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {string} key
 * @param {"memory" | "files" | "condemned"} part
 */
const address = (key, part) => new URL(`./image-${key}/${part}`, import.meta.url).href;

/**
 * @param {string} key
 * @returns {Promise<DeviceImage | null>}
 */
export async function readImage(key) {
  try {
    if (!key || !globalThis.caches) return null;
    const cache = await caches.open(CACHE);
    const [memory, files] = await Promise.all([
      cache.match(address(key, "memory")).then((response) => response?.arrayBuffer()),
      cache.match(address(key, "files")).then((response) => response?.arrayBuffer()),
    ]);
    return memory && files ? { memory: new Uint8Array(memory), files: decode(files) } : null;
  } catch (error) {
    console.warn("fossick: the interpreter's image could not be read", error);
    return null;
  }
}

/**
 * Keep `image` under `key` and delete all others.
 *
 * @param {string} key
 * @param {DeviceImage} image
 * @returns {Promise<boolean>} whether it is kept
 */
export async function keepImage(key, image) {
  try {
    if (!key || !globalThis.caches) return false;
    const cache = await caches.open(CACHE);
    if (await cache.match(address(key, "condemned"))) return false;
    for (const request of await cache.keys()) await cache.delete(request);
    const headers = { "Content-Type": "application/octet-stream" };
    const memory = new Blob([/** @type {BlobPart} */ (image.memory)]);
    await cache.put(address(key, "files"), new Response(encode(image.files), { headers }));
    // Last: an image counts only with its memory.
    await cache.put(address(key, "memory"), new Response(memory, { headers }));
    return true;
  } catch (error) {
    console.warn("fossick: the interpreter's image could not be kept", error);
    await dropImages();
    return false;
  }
}

/** Delete all images. */
async function dropImages() {
  try {
    await globalThis.caches?.delete(CACHE);
  } catch {
    // Nothing to delete where there is no cache.
  }
}

/**
 * Delete the image of this key and do not make it again.
 *
 * @param {string} key
 */
export async function condemnImage(key) {
  await dropImages();
  try {
    await (await caches.open(CACHE)).put(address(key, "condemned"), new Response(""));
  } catch {
    // Then it is tried again next time.
  }
}

/** @param {ArchiveFile[]} files */
function encode(files) {
  const list = files.map(([name, data]) => [name, data.length]);
  const head = new TextEncoder().encode(JSON.stringify(list));
  const parts = [new Uint32Array([head.length]), head, ...files.map(([, data]) => data)];
  return new Blob(/** @type {BlobPart[]} */ (parts));
}

/**
 * The files as views into `bytes`.
 *
 * @param {ArrayBuffer} bytes
 * @returns {ArchiveFile[]}
 */
function decode(bytes) {
  const headLength = new DataView(bytes).getUint32(0, true);
  const list = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, headLength)));
  let at = 4 + headLength;
  /** @type {ArchiveFile[]} */
  const files = [];
  for (const [name, length] of list) {
    files.push([name, new Uint8Array(bytes, at, length)]);
    at += length;
  }
  if (at !== bytes.byteLength) throw new Error("the image is cut off");
  return files;
}
