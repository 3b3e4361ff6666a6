// @ts-check
/** Choose where a collection is kept, and see to it that one tab at a time writes to it. */

import { FossickError } from "../errors.js";
import { IndexedDbStore } from "./store-indexeddb.js";
import { OpfsStore } from "./store-opfs.js";

/**
 * What Python's `app.browser.store` wraps as a Store. The kind "memory" has no object here:
 * Python has a store of its own for it.
 *
 * @typedef {object} FileStore
 * @property {"opfs" | "indexeddb"} kind
 * @property {boolean} writable set by Python; false where another tab writes
 * @property {() => Promise<string[]>} names
 * @property {(name: string) => Promise<number | null>} size
 * @property {(name: string, offset: number, length?: number | null) => Promise<Uint8Array | null>} read
 * @property {(name: string, offset: number, length?: number | null) => Uint8Array | null} [readNow]
 *   at once, or null where `read` has to be asked; texts of hits are read so, without a turn of
 *   the event loop for each
 * @property {(name: string, offset: number, array: any) => number | null} [readInto] the same into
 *   a proxy of Python's memory, for much at a time
 * @property {(name: string, parts: Uint8Array[]) => Promise<void>} write
 * @property {(name: string) => Promise<void>} remove
 * @property {() => Promise<void>} close
 */
/** @typedef {{ store: FileStore | null, kind: import("../fossick.js").StorageKind, note: string }} Choice */

const OPENERS = /** @type {const} */ ({ opfs: OpfsStore, indexeddb: IndexedDbStore });

/**
 * The store asked for, or with "auto" the best that works.
 *
 * @param {"auto" | "opfs" | "indexeddb" | "memory"} wanted
 * @param {string} collection
 * @returns {Promise<Choice>} `note` says why a better one is not used
 */
export async function chooseStore(wanted, collection) {
  if (wanted === "memory") return { store: null, kind: "memory", note: "" };
  const kinds = wanted === "auto" ? /** @type {const} */ (["opfs", "indexeddb"]) : [wanted];
  const reasons = [];
  for (const kind of kinds) {
    try {
      const store = await OPENERS[kind].open(collection);
      return { store, kind, note: reasons.join(" ") };
    } catch (error) {
      if (error instanceof DOMException && error.name === "QuotaExceededError") throw error;
      reasons.push(`${kind}: ${error instanceof Error ? error.message : error}.`);
    }
  }
  if (wanted !== "auto") {
    const hint = 'Open the collection with storage "auto".';
    throw new FossickError("storage-unavailable", reasons.join(" "), hint);
  }
  return { store: null, kind: "memory", note: reasons.join(" ") };
}

/** How long a reloaded page waits for its former self to let go. */
const LOCK_PATIENCE = 3000;

/**
 * Become the writer of a collection. The lock is held until `release` or until the worker ends.
 *
 * @param {string} collection
 * @returns {Promise<{ writable: boolean, release: () => void }>} `writable` false while another
 *   tab writes
 */
export function becomeWriter(collection) {
  if (!navigator.locks) return Promise.resolve({ writable: true, release: () => {} });
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(LOCK_PATIENCE);
    navigator.locks
      .request(`fossick/${collection}`, { signal }, () => {
        return new Promise((release) => {
          resolve({ writable: true, release: () => release(undefined) });
        });
      })
      .catch(() => resolve({ writable: false, release: () => {} }));
  });
}
