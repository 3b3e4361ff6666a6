// @ts-check
/** Choose where a collection is kept, and see to it that one tab at a time writes to it. */

import { FossickError, isFull } from "../errors.js";
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
 * @property {(name: string) => Promise<Uint8Array | null>} peek a whole file, without holding it
 * @property {(name: string, parts: Uint8Array[]) => Promise<void>} write
 * @property {(name: string, next: () => Promise<Uint8Array | null>) => Promise<void>} writeFrom a
 *   file that is not in memory as a whole: `next` gives its parts, then null
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
      if (isFull(error)) throw error;
      reasons.push(`${kind}: ${error instanceof Error ? error.message : error}.`);
    }
  }
  if (wanted !== "auto") {
    const hint = 'Open the collection with storage "auto".';
    throw new FossickError("storage-unavailable", reasons.join(" "), hint);
  }
  return { store: null, kind: "memory", note: reasons.join(" ") };
}

/** A place in the queue of those that want to write a collection; the first of them may. */
export class WriterTurn {
  /** @param {string} collection */
  constructor(collection) {
    this.collection = collection;
    this.isHeld = false;
    this.abort = new AbortController();
    this.letGo = () => {};
    /** Resolves when it is our turn: at once, or when all tabs before this one have gone. */
    this.held = this.queue();
  }

  /** @returns {Promise<void>} pending for good once it was given up */
  queue() {
    return new Promise((resolve) => {
      const hold = () => {
        this.isHeld = true;
        resolve();
        return new Promise((letGo) => {
          this.letGo = () => letGo(undefined);
        });
      };
      // Without locks, as on a host without HTTPS, there is nobody to ask.
      if (!navigator.locks) return void hold();
      const { signal } = this.abort;
      navigator.locks.request(`fossick/${this.collection}`, { signal }, hold).catch(() => {});
    });
  }

  /**
   * Whether it is our turn within so many milliseconds.
   *
   * @param {number} patience
   */
  async comes(patience) {
    const late = new Promise((resolve) => setTimeout(resolve, patience));
    await Promise.race([this.held, late]);
    return this.isHeld;
  }

  /** Let another one write, or no longer wait; a worker that ends does so by that. */
  release() {
    this.isHeld = false;
    this.abort.abort();
    this.letGo();
  }
}
