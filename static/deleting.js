// @ts-check
/**
 * Deleting a collection as a whole: its files in the origin private file system and in IndexedDB.
 * No engine is needed, so that an index that nothing can read can be got rid of.
 */

import { asFossickError, FossickError } from "./errors.js";
import { forgetAll } from "./folders.js";
import { forgetRoom } from "./room.js";

/** How long another tab, or an engine that is ending, may hold the collection, in milliseconds. */
const PATIENCE = 3000;
/** Pause between two attempts, in milliseconds. */
const AGAIN = 100;

const HELD = "The collection is open in another tab or another part of this page.";
const CLOSE = "Close it there, then delete it.";

/**
 * @param {string} collection
 * @returns {Promise<void>} rejects with `read-only` while the collection is open somewhere
 */
export async function deleteCollection(collection) {
  try {
    await alone(collection, async () => {
      await fromFileSystem(collection);
      await fromDatabase(collection);
      await forgetAll(collection);
      forgetRoom(collection);
    });
  } catch (error) {
    throw asFossickError(error, "storage-unavailable");
  }
}

/**
 * Run `work` as the only one that has the collection.
 *
 * @param {string} collection
 * @param {() => Promise<void>} work
 */
async function alone(collection, work) {
  if (!navigator.locks) return work();
  const signal = AbortSignal.timeout(PATIENCE);
  let begun = false;
  try {
    await navigator.locks.request(`fossick/${collection}`, { signal }, () => {
      begun = true;
      return work();
    });
  } catch (error) {
    throw begun ? error : new FossickError("read-only", HELD, CLOSE);
  }
}

/** @param {string} collection */
async function fromFileSystem(collection) {
  if (!navigator.storage?.getDirectory) return;
  const shelf = await shelfOf(await navigator.storage.getDirectory());
  const name = encodeURIComponent(collection);
  for (let waited = 0; shelf; waited += AGAIN) {
    try {
      await shelf.removeEntry(name, { recursive: true });
      return;
    } catch (error) {
      if (named(error, "NotFoundError")) return;
      // The handles of a worker that was ended are given back a little later.
      if (!named(error, "NoModificationAllowedError") || waited >= PATIENCE) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
}

/**
 * @param {FileSystemDirectoryHandle} root
 * @returns {Promise<FileSystemDirectoryHandle | null>}
 */
async function shelfOf(root) {
  try {
    return await root.getDirectoryHandle("fossick");
  } catch (error) {
    if (named(error, "NotFoundError")) return null;
    throw error;
  }
}

/**
 * @param {string} collection
 * @returns {Promise<void>}
 */
function fromDatabase(collection) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(`fossick/${collection}`);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
    // It goes as soon as the other one lets go; nobody knows when that will be.
    request.onblocked = () => reject(new FossickError("read-only", HELD, CLOSE));
  });
}

/**
 * @param {unknown} error
 * @param {string} name
 */
function named(error, name) {
  return error instanceof DOMException && error.name === name;
}
