// @ts-check
/**
 * Files of a collection in the origin private file system: `fossick/<collection>/<name>`.
 *
 * Reading goes through synchronous access handles, kept open for a while: a range read then costs
 * microseconds. A handle locks its file, so `write` and `remove` close it first, and where another
 * tab holds the lock the file is read as a Blob.
 */

import { isFull, quotaExceeded } from "../errors.js";

/** @typedef {import("./stores.js").FileStore} FileStore */
/** @typedef {any} SyncHandle FileSystemSyncAccessHandle; only workers have the type */

/** Handles that stay open; the least recently used is closed first. */
const OPEN_HANDLES = 48;
/** How long the handles of a worker that was killed may outlive it, in milliseconds. */
const AFTERLIFE = 3000;
const AGAIN = 50;

/** @implements {FileStore} */
export class OpfsStore {
  kind = /** @type {const} */ ("opfs");

  /** @param {FileSystemDirectoryHandle} folder */
  constructor(folder) {
    this.folder = folder;
    /** False where another tab writes: a handle of ours would lock its files. */
    this.writable = true;
    /** @type {Map<string, Promise<SyncHandle | null>>} null where another tab holds the lock */
    this.handles = new Map();
    /** @type {Map<string, SyncHandle>} those of `handles` that have been opened */
    this.opened = new Map();
  }

  /**
   * Open the collection's folder and prove with a real file that it can be written.
   *
   * @param {string} collection
   * @returns {Promise<OpfsStore>}
   */
  static async open(collection) {
    const root = await navigator.storage.getDirectory();
    const shelf = await root.getDirectoryHandle("fossick", { create: true });
    const name = encodeURIComponent(collection);
    const folder = await shelf.getDirectoryHandle(name, { create: true });
    await prove(shelf);
    return new OpfsStore(folder);
  }

  async names() {
    const names = [];
    for await (const name of this.folder.keys()) names.push(name);
    return names.sort();
  }

  /** @param {string} name */
  async size(name) {
    const file = await this.file(name);
    return file ? file.size : null;
  }

  /**
   * @param {string} name
   * @param {number} offset
   * @param {number | null | undefined} length nothing: to the end
   * @returns {Promise<Uint8Array | null>} null if there is no such file
   */
  async read(name, offset, length) {
    let handle;
    try {
      handle = this.writable ? await this.handle(name) : null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
    if (!handle) return this.readBlob(name, offset, length);
    return readHandle(handle, offset, length);
  }

  /**
   * The same at once, if the file is open; null if `read` has to be asked.
   *
   * @param {string} name
   * @param {number} offset
   * @param {number | null | undefined} length
   * @returns {Uint8Array | null}
   */
  readNow(name, offset, length) {
    const handle = this.opened.get(name);
    return handle ? readHandle(handle, offset, length) : null;
  }

  /**
   * The same, into memory of Python's; nothing is copied on the way.
   *
   * @param {string} name
   * @param {number} offset
   * @param {any} array proxy of a NumPy array of bytes, which is filled from its start
   * @returns {number | null} bytes that were there; null if `read` has to be asked
   */
  readInto(name, offset, array) {
    const handle = this.opened.get(name);
    if (!handle) return null;
    const buffer = array.getBuffer("u8");
    try {
      return handle.read(buffer.data, { at: offset });
    } finally {
      buffer.release();
    }
  }

  /** @param {string} name */
  peek(name) {
    return this.readBlob(name, 0, null);
  }

  /**
   * @param {string} name
   * @param {Uint8Array[]} parts
   */
  async write(name, parts) {
    await this.writing(name, (handle) => {
      reserve(handle, parts);
      let at = 0;
      for (const part of parts) at += append(handle, part, at);
    });
  }

  /**
   * @param {string} name
   * @param {() => Promise<Uint8Array | null>} next the next part, null at the end
   */
  async writeFrom(name, next) {
    try {
      await this.writing(name, async (handle) => {
        handle.truncate(0);
        let at = 0;
        for (let part = await next(); part; part = await next()) at += append(handle, part, at);
      });
    } catch (error) {
      await this.remove(name);
      throw error;
    }
  }

  /**
   * @param {string} name
   * @param {(handle: SyncHandle) => Promise<void> | void} write
   */
  async writing(name, write) {
    await this.letGo(name);
    try {
      const entry = await this.folder.getFileHandle(name, { create: true });
      /** @type {SyncHandle} */
      const handle = await patiently(() => /** @type {any} */ (entry).createSyncAccessHandle());
      try {
        await write(handle);
        handle.flush();
      } finally {
        handle.close();
      }
    } catch (error) {
      throw isFull(error) ? quotaExceeded(name) : error;
    }
  }

  /** @param {string} name */
  async remove(name) {
    await this.letGo(name);
    try {
      await patiently(() => this.folder.removeEntry(name));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  async close() {
    await Promise.all([...this.handles.keys()].map((name) => this.letGo(name)));
  }

  /**
   * An open handle, or null where the file is locked. Kept as a promise, so that two reads at
   * once do not race for the lock.
   *
   * @param {string} name
   */
  handle(name) {
    let handle = this.handles.get(name);
    this.handles.delete(name);
    if (!handle) {
      const opening = this.openHandle(name);
      handle = opening;
      opening.then(
        (open) => open && this.handles.get(name) === opening && this.opened.set(name, open),
        () => this.handles.delete(name),
      );
    }
    this.handles.set(name, handle);
    for (const oldest of this.handles.keys()) {
      if (this.handles.size <= OPEN_HANDLES) break;
      void this.letGo(oldest);
    }
    return handle;
  }

  /**
   * @param {string} name
   * @returns {Promise<SyncHandle | null>}
   */
  async openHandle(name) {
    const entry = await this.folder.getFileHandle(name);
    try {
      // @ts-expect-error Chromium lets readers share; the others ignore the mode and lock the file.
      return await entry.createSyncAccessHandle({ mode: "read-only" });
    } catch (error) {
      if (isLocked(error)) return null;
      throw error;
    }
  }

  /** @param {string} name */
  async letGo(name) {
    const handle = this.handles.get(name);
    this.handles.delete(name);
    this.opened.delete(name);
    (await handle?.catch(() => null))?.close();
  }

  /**
   * @param {string} name
   * @returns {Promise<File | null>}
   */
  async file(name) {
    try {
      return await (await this.folder.getFileHandle(name)).getFile();
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /**
   * A File that is written or removed before it is read fails: then it is taken anew.
   *
   * @param {string} name
   * @param {number} offset
   * @param {number | null | undefined} length
   */
  async readBlob(name, offset, length) {
    return patiently(async () => {
      const file = await this.file(name);
      if (!file) return null;
      const end = length == null ? file.size : offset + length;
      return new Uint8Array(await file.slice(offset, end).arrayBuffer());
    }, isOutdated);
  }
}

/**
 * @param {SyncHandle} handle
 * @param {number} offset
 * @param {number | null | undefined} length nothing: to the end
 */
function readHandle(handle, offset, length) {
  const left = Math.max(handle.getSize() - offset, 0);
  const data = new Uint8Array(Math.min(length ?? left, left));
  const count = data.length ? handle.read(data, { at: offset }) : 0;
  return count === data.length ? data : data.subarray(0, count);
}

/**
 * Ask again for what may be had soon, such as a lock: the writer before this one may have been
 * killed just now.
 *
 * @template T
 * @param {() => Promise<T>} ask
 * @param {(error: unknown) => boolean} [isPassing]
 * @returns {Promise<T>}
 */
async function patiently(ask, isPassing = isLocked) {
  for (let waited = 0; ; waited += AGAIN) {
    try {
      return await ask();
    } catch (error) {
      if (!isPassing(error) || waited >= AFTERLIFE) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
}

/** @param {unknown} error */
function isLocked(error) {
  return error instanceof DOMException && error.name === "NoModificationAllowedError";
}

/** @param {unknown} error */
function isOutdated(error) {
  return isMissing(error) || (error instanceof DOMException && error.name === "NotReadableError");
}

/** @param {unknown} error */
function isMissing(error) {
  return error instanceof DOMException && error.name === "NotFoundError";
}

/** Bytes from which a new file takes its room first. Slots of the manifest are smaller. */
const LARGE = 1 << 20;

/**
 * Take the room for a large new file before a byte of it is written: where there is not enough,
 * nothing was tried in vain. Any other becomes empty first, so that half of it ends too soon and is
 * never taken for a whole.
 *
 * @param {SyncHandle} handle
 * @param {Uint8Array[]} parts
 */
function reserve(handle, parts) {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  handle.truncate(handle.getSize() === 0 && size >= LARGE ? size : 0);
}

/**
 * @param {SyncHandle} handle
 * @param {Uint8Array} part
 * @param {number} at
 * @returns {number} bytes
 */
function append(handle, part, at) {
  // A full disk may show as a short write instead of an exception.
  if (handle.write(part, { at }) === part.length) return part.length;
  throw new DOMException("a short write", "QuotaExceededError");
}

/**
 * Write a small file, read it back, delete it. Private windows and old browsers have the
 * interface and fail only here.
 *
 * @param {FileSystemDirectoryHandle} folder
 */
async function prove(folder) {
  const name = `probe-${crypto.randomUUID?.() ?? Math.random()}`;
  const entry = await folder.getFileHandle(name, { create: true });
  try {
    const handle = await entry.createSyncAccessHandle();
    const sent = new Uint8Array([102, 111, 115, 115]);
    const got = new Uint8Array(4);
    try {
      handle.write(sent, { at: 0 });
      handle.flush();
      handle.read(got, { at: 0 });
    } finally {
      handle.close();
    }
    if (got.some((byte, at) => byte !== sent[at])) throw new Error("the file system lost a write");
  } finally {
    await folder.removeEntry(name);
  }
}
