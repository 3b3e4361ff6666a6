// @ts-check
/**
 * Files of a collection in IndexedDB, for browsers without synchronous access handles: database
 * `fossick/<collection>`, one object store `files`, a Blob for each name.
 *
 * Blobs, because a range can be read from one without loading the rest. Each write is a
 * transaction of its own with strict durability: it is on the disk when `write` returns.
 */

import { FossickError } from "../errors.js";

/** @typedef {import("./stores.js").FileStore} FileStore */

const FILES = "files";

/** @implements {FileStore} */
export class IndexedDbStore {
  kind = /** @type {const} */ ("indexeddb");

  /** @param {IDBDatabase} database */
  constructor(database) {
    this.database = database;
    /** Here for what all stores have; a database needs no care when another tab writes. */
    this.writable = true;
    // Another tab wants a newer layout: let it, and fail here from now on.
    database.onversionchange = () => database.close();
  }

  /**
   * @param {string} collection
   * @returns {Promise<IndexedDbStore>}
   */
  static open(collection) {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(`fossick/${collection}`, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(FILES);
      request.onsuccess = () => resolve(new IndexedDbStore(request.result));
      request.onerror = () => reject(request.error);
      request.onblocked = () => {
        const hint = "Close the other tabs of this site and reload the page.";
        reject(new FossickError("storage-unavailable", "The database is held elsewhere.", hint));
      };
    });
  }

  async names() {
    const keys = await this.run("readonly", (files) => files.getAllKeys());
    return keys.map(String).sort();
  }

  /** @param {string} name */
  async size(name) {
    return (await this.blob(name))?.size ?? null;
  }

  /**
   * @param {string} name
   * @param {number} offset
   * @param {number | null | undefined} length nothing: to the end
   * @returns {Promise<Uint8Array | null>} null if there is no such file
   */
  async read(name, offset, length) {
    const blob = await this.blob(name);
    if (!blob) return null;
    const end = length == null ? blob.size : offset + length;
    return new Uint8Array(await blob.slice(offset, end).arrayBuffer());
  }

  /** @param {string} name */
  peek(name) {
    return this.read(name, 0, null);
  }

  /**
   * @param {string} name
   * @param {Uint8Array[]} parts
   */
  async write(name, parts) {
    const blob = new Blob(/** @type {BlobPart[]} */ (parts));
    await this.run("readwrite", (files) => files.put(blob, name));
  }

  /**
   * @param {string} name
   * @param {() => Promise<Uint8Array | null>} next the next part, null at the end
   */
  async writeFrom(name, next) {
    /** @type {Blob[]} */
    const parts = [];
    // What is in a Blob need not be in memory.
    for (let part = await next(); part; part = await next()) {
      parts.push(new Blob([/** @type {any} */ (part)]));
    }
    await this.run("readwrite", (files) => files.put(new Blob(parts), name));
  }

  /** @param {string} name */
  async remove(name) {
    await this.run("readwrite", (files) => files.delete(name));
  }

  async close() {
    this.database.close();
  }

  /**
   * @param {string} name
   * @returns {Promise<Blob | undefined>}
   */
  blob(name) {
    return this.run("readonly", (files) => files.get(name));
  }

  /**
   * One request in one transaction; settles when the transaction does.
   *
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {(files: IDBObjectStore) => IDBRequest<T>} ask
   * @returns {Promise<T>}
   */
  run(mode, ask) {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(FILES, mode, { durability: "strict" });
      const request = ask(transaction.objectStore(FILES));
      transaction.oncomplete = () => resolve(request.result);
      // On a full disk the request succeeds and the transaction aborts: the reason is there.
      transaction.onabort = () => reject(transaction.error ?? request.error);
    });
  }
}
