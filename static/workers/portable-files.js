// @ts-check
/**
 * Exported files on the engine's side: where one goes that is written, how one is read, and the
 * store that one is brought into.
 */

import { FossickError } from "../errors.js";
import { Ciphers } from "./ciphers.js";
import { chooseStore } from "./stores.js";

/**
 * Where an export goes.
 *
 * @typedef {object} Target
 * @property {(data: Uint8Array) => void | Promise<void>} write appends
 * @property {() => Promise<Blob | null>} finish null where the page has the file's handle
 * @property {() => Promise<void>} abort
 */

/** How long another tab, or an engine that is ending, may hold the collection, in milliseconds. */
const PATIENCE = 3000;

const HELD = "The collection is open in another tab or another part of this page.";
const CLOSE = "Close it there, then import the file.";

/**
 * What Python needs for a call that writes or reads an exported file.
 *
 * @param {string} method
 * @param {any} args
 */
export async function withFiles(method, args) {
  if (method === "export") {
    const ciphers = args.passphrase ? new Ciphers() : null;
    const target = await openTarget(args.to);
    return { ...args, ciphers, newTable: await tables(args.format), target };
  }
  if (method !== "import_file") return args;
  const { file, collection, storage, sealing: opener, fileSealing, ...rest } = args;
  const release = await alone(collection);
  try {
    const { store } = await chooseStore(storage, collection);
    if (!store) {
      const hint = "Allow site data for this page.";
      throw new FossickError("storage-unavailable", "There is no storage to import into.", hint);
    }
    const sealing = { ciphers: new Ciphers(), act: null, ...opener };
    const unlocking = { ciphers: new Ciphers(), ...fileSealing };
    const ranges = new BlobRanges(file);
    return { ...rest, ranges, unlocking, files: store, sealing, release };
  } catch (error) {
    release();
    throw error;
  }
}

/** @param {string} format */
async function tables(format) {
  if (format !== "parquet") return null;
  const { ParquetTable } = await import("./parquet.js");
  return (/** @type {[string, string][]} */ columns, /** @type {Record<string, string>} */ about) =>
    new ParquetTable(columns, about);
}

/** A Blob that is read at once, which only workers can. */
export class BlobRanges {
  /** @param {Blob} blob */
  constructor(blob) {
    this.blob = blob;
    this.size = blob.size;
    this.reader = new FileReaderSync();
  }

  /**
   * @param {number} offset
   * @param {number} length
   */
  read(offset, length) {
    const part = this.blob.slice(offset, offset + length);
    return new Uint8Array(this.reader.readAsArrayBuffer(part));
  }
}

/**
 * @param {FileSystemFileHandle | null} to of the page's choice; null for parts of a Blob
 * @returns {Promise<Target>}
 */
async function openTarget(to) {
  if (!to) return new BlobTarget();
  // In the origin private file system one writes at once, and sees a full disk at once.
  const handle = await syncHandle(to);
  return handle ? new HandleTarget(handle) : new StreamTarget(await to.createWritable());
}

/** @param {any} to */
async function syncHandle(to) {
  try {
    return await to.createSyncAccessHandle();
  } catch {
    return null; // A file of the user's has none.
  }
}

/** @implements {Target} */
class BlobTarget {
  constructor() {
    /** @type {Blob[]} what is in a Blob need not be in memory */
    this.parts = [];
  }

  /** @param {Uint8Array} data */
  write(data) {
    this.parts.push(new Blob([/** @type {any} */ (data)]));
  }

  async finish() {
    return new Blob(this.parts);
  }

  async abort() {
    this.parts = [];
  }
}

/** @implements {Target} */
class HandleTarget {
  /** @param {any} handle */
  constructor(handle) {
    this.handle = handle;
    this.at = 0;
    handle.truncate(0);
  }

  /** @param {Uint8Array} data */
  write(data) {
    const count = this.handle.write(data, { at: this.at });
    this.at += count;
    if (count !== data.length) throw new DOMException("a short write", "QuotaExceededError");
  }

  async finish() {
    this.handle.flush();
    this.handle.close();
    return null;
  }

  async abort() {
    this.handle.truncate(0);
    this.handle.close();
  }
}

/** @implements {Target} */
class StreamTarget {
  /** @param {FileSystemWritableFileStream} stream */
  constructor(stream) {
    this.stream = stream;
  }

  /** @param {Uint8Array} data */
  write(data) {
    return this.stream.write(/** @type {any} */ (data));
  }

  async finish() {
    await this.stream.close();
    return null;
  }

  async abort() {
    await this.stream.abort();
  }
}

/**
 * Be the only one that has a collection.
 *
 * @param {string} collection
 * @returns {Promise<() => void>} lets go of it
 */
function alone(collection) {
  if (!navigator.locks) return Promise.resolve(() => {});
  const signal = AbortSignal.timeout(PATIENCE);
  return new Promise((resolve, reject) => {
    const hold = () => new Promise((free) => resolve(() => free(undefined)));
    navigator.locks
      .request(`fossick/${collection}`, { signal }, hold)
      .catch(() => reject(new FossickError("read-only", HELD, CLOSE)));
  });
}
