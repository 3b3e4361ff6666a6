// @ts-check
/**
 * The models of this device: `fossick-models/<id>/` in the origin private file system, one file
 * for each file of the model, slashes in its path encoded.
 *
 * `card.json` is written last: a folder without one is a download that has not come to its end.
 * Beside the collections and not among them, since all share the models.
 */

import { FossickError } from "../../errors.js";

/** @typedef {FileSystemDirectoryHandle} Folder */
/** @typedef {import("../../catalogue.js").Entry} Entry */

const ROOT = "fossick-models";
const CARD = "card.json";

/** @param {string} id */
const folderName = (id) => encodeURIComponent(id);
/** @param {string} path of a file inside the model */
const fileName = (path) => encodeURIComponent(path);

/**
 * The folder of all models; null where there is none and none is to be made.
 * @param {boolean} create
 */
async function root(create) {
  if (!navigator.storage?.getDirectory) {
    if (!create) return null;
    const hint = "Use a current browser, and no private window.";
    throw new FossickError("storage-unavailable", "This browser keeps no files for pages.", hint);
  }
  return child(await navigator.storage.getDirectory(), ROOT, create);
}

/**
 * @param {Folder} parent
 * @param {string} name
 * @param {boolean} create
 * @returns {Promise<Folder | null>}
 */
async function child(parent, name, create) {
  try {
    return await parent.getDirectoryHandle(name, { create });
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/**
 * @param {string} id
 * @param {{ create?: boolean }} [options]
 */
export async function folderOf(id, { create = false } = {}) {
  const all = await root(create);
  return all && child(all, folderName(id), create);
}

/** Ids of all models that something is kept of. */
export async function ids() {
  const found = [];
  for await (const name of (await root(false))?.keys() ?? []) found.push(decodeURIComponent(name));
  return found.sort();
}

/**
 * The card of an installed model, null for one that is not.
 *
 * @param {string} id
 * @returns {Promise<Entry | null>}
 */
export async function readCard(id) {
  const folder = await folderOf(id);
  const file = folder && (await fileIn(folder, CARD));
  if (!file) return null;
  try {
    return JSON.parse(await file.text());
  } catch {
    return null; // the tab was closed while it was written: the model is not installed yet
  }
}

/**
 * @param {Folder} folder
 * @param {Entry} card
 */
export function writeCard(folder, card) {
  return writeFile(folder, CARD, new TextEncoder().encode(JSON.stringify(card)));
}

/**
 * A file of a model as it lies there, null if there is none.
 *
 * @param {Folder} folder
 * @param {string} path
 */
export const modelFile = (folder, path) => fileIn(folder, fileName(path));

/**
 * A handle that reads and writes at once; only workers have those.
 *
 * @param {Folder} folder
 * @param {string} path
 * @returns {Promise<any>}
 */
export async function openFile(folder, path) {
  const entry = await folder.getFileHandle(fileName(path), { create: true });
  return entry.createSyncAccessHandle();
}

/**
 * Bytes of a model on this device, all files together.
 *
 * @param {string} id
 */
export async function bytesOf(id) {
  const folder = await folderOf(id);
  let sum = 0;
  for await (const entry of folder?.values() ?? []) {
    // A file that is being written is locked for others in some browsers.
    if (entry.kind === "file") sum += (await entry.getFile().catch(() => null))?.size ?? 0;
  }
  return sum;
}

/** @param {string} id */
export async function removeFolder(id) {
  const all = await root(false);
  try {
    await all?.removeEntry(folderName(id), { recursive: true });
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** The card goes first: what is cut off then is no model any more. @param {Folder} folder */
export async function removeCard(folder) {
  try {
    await folder.removeEntry(CARD);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/**
 * Files of a folder that a model has no use for.
 *
 * @param {Folder} folder
 * @param {string[]} paths that stay
 */
export async function sweep(folder, paths) {
  const stay = new Set([CARD, ...paths.map(fileName)]);
  const names = [];
  for await (const name of folder.keys()) names.push(name);
  for (const name of names) if (!stay.has(name)) await folder.removeEntry(name);
}

/**
 * @param {Folder} folder
 * @param {string} name
 * @param {Uint8Array} bytes
 */
async function writeFile(folder, name, bytes) {
  const entry = await folder.getFileHandle(name, { create: true });
  const handle = await /** @type {any} */ (entry).createSyncAccessHandle();
  try {
    handle.truncate(0);
    writeAll(handle, bytes, 0);
    handle.flush();
  } finally {
    handle.close();
  }
}

/**
 * @param {any} handle
 * @param {Uint8Array} bytes
 * @param {number} at
 */
export function writeAll(handle, bytes, at) {
  // A full disk may show as a short write instead of an exception.
  if (handle.write(bytes, { at }) === bytes.length) return;
  throw new DOMException("a short write", "QuotaExceededError");
}

/**
 * @param {Folder} folder
 * @param {string} name
 * @returns {Promise<File | null>}
 */
async function fileIn(folder, name) {
  try {
    return await (await folder.getFileHandle(name)).getFile();
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** @param {unknown} error */
const isMissing = (error) => error instanceof DOMException && error.name === "NotFoundError";
