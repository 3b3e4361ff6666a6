// @ts-check
/**
 * Puts models on this device: from the hub, or from files of the user's. The only script of the
 * site that may reach the hub: the policy it is served with names it, that of all others does not,
 * and it is started on the user's word alone.
 */

import "./requests.js";
import { enveloped, FossickError } from "../errors.js";
import * as Comlink from "../vendor/comlink.js";
import { download } from "./models/download.js";
import { takeIn } from "./models/intake.js";
import {
  bytesOf,
  folderOf,
  openFile,
  readCard,
  removeFolder,
  sweep,
  writeAll,
  writeCard,
} from "./models/shelf.js";
import { tryOut } from "./models/trial.js";

/** @typedef {import("../catalogue.js").Entry} Entry */
/** @typedef {import("../catalogue.js").Own} Own */
/** @typedef {(phase: "download" | "check", done: number, total: number, path: string) => void} Tell */

/** Bytes copied at once. */
const BLOCK = 1 << 22;
/** Milliseconds between two words about progress. */
const OFTEN = 100;

class Models {
  constructor() {
    this.stopping = new AbortController();
  }

  /** Stop what runs; what has come so far stays. */
  stop() {
    this.stopping.abort();
  }

  /**
   * Fetch a model of the catalogue, or what is missing of it, and try it out.
   *
   * @param {Entry} entry
   * @param {string} hub address of the hub
   * @param {Tell} tell
   */
  install(entry, hub, tell) {
    return enveloped(() => alone(entry.id, () => this.installNow(entry, hub, tell)));
  }

  /**
   * @param {Entry} entry
   * @param {string} hub
   * @param {Tell} tell
   */
  async installNow(entry, hub, tell) {
    if (await readCard(entry.id)) return;
    const folder = await shelfFor(entry.id);
    await sweep(
      folder,
      entry.files.map(({ path }) => path),
    );
    const { signal } = this.stopping;
    const total = sum(entry.files.map(({ bytes }) => bytes ?? 0));
    await checkRoom(total - (await bytesOf(entry.id)));
    const files = [];
    let earlier = 0;
    for (const file of entry.files) {
      const handle = await openFile(folder, file.path);
      try {
        const onBytes = seldom((/** @type {number} */ bytes) => {
          tell("download", earlier + bytes, total, file.path);
        });
        const url = `${hub}/${entry.repository}/resolve/${entry.revision}/${file.path}`;
        const found = await download({ url, file, handle, signal, onBytes });
        const bytes = handle.getSize();
        files.push({ path: file.path, bytes, sha256: found });
        earlier += bytes;
      } finally {
        handle.close();
      }
    }
    const pinned = entry.files.every(({ sha256 }) => sha256 !== null);
    await this.finish(folder, { ...entry, files, pinned }, tell);
  }

  /**
   * Take a model from files of the user's.
   *
   * @param {{ path: string, blob: Blob }[]} files
   * @param {Own} own what the user says of it
   * @param {string[]} taken ids of the catalogue
   * @param {Tell} tell
   */
  take(files, own, taken, tell) {
    return enveloped(async () => {
      const { entry, blobs } = await takeIn(files, own);
      if (taken.includes(entry.id)) throw nameTaken(entry.id);
      return alone(entry.id, () => this.takeNow(entry, blobs, tell));
    });
  }

  /**
   * @param {Entry} entry
   * @param {Map<string, Blob>} blobs by path
   * @param {Tell} tell
   */
  async takeNow(entry, blobs, tell) {
    if (await readCard(entry.id)) throw nameTaken(entry.id);
    await checkRoom(sum(entry.files.map(({ bytes }) => bytes ?? 0)));
    const folder = await shelfFor(entry.id);
    try {
      for (const [path, blob] of blobs) {
        if (this.stopping.signal.aborted) throw new FossickError("cancelled", "Stopped.");
        const handle = await openFile(folder, path);
        try {
          await copy(blob, handle);
        } finally {
          handle.close();
        }
      }
      return await this.finish(folder, entry, tell);
    } catch (error) {
      await removeFolder(entry.id);
      throw error;
    }
  }

  /**
   * Try the model out and write its card, which makes it an installed one.
   *
   * @param {FileSystemDirectoryHandle} folder
   * @param {Entry} entry
   * @param {Tell} tell
   */
  async finish(folder, entry, tell) {
    tell("check", 0, 0, "");
    const onnx = entry.files.find(({ path }) => path.endsWith(".onnx"))?.path ?? "";
    const whole = { ...entry, onnx };
    const { dim, reference } = await tryOut(whole, this.stopping.signal);
    if (entry.dim && entry.dim !== dim) {
      const message = `${entry.id} gives vectors of ${dim} numbers, not of ${entry.dim}.`;
      throw new FossickError("model-unsuitable", message, "Its card in the catalogue is wrong.");
    }
    await writeCard(folder, { ...whole, dim, reference });
    return entry.id;
  }
}

/**
 * @param {Blob} blob
 * @param {any} handle
 */
async function copy(blob, handle) {
  handle.truncate(0);
  for (let at = 0; at < blob.size; at += BLOCK) {
    writeAll(handle, new Uint8Array(await blob.slice(at, at + BLOCK).arrayBuffer()), at);
  }
  handle.flush();
}

/** @param {string} id */
async function shelfFor(id) {
  return /** @type {FileSystemDirectoryHandle} */ (await folderOf(id, { create: true }));
}

/**
 * Run `work` as the only one that changes the model, in all tabs.
 *
 * @template T
 * @param {string} id
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
function alone(id, work) {
  return navigator.locks.request(`fossick-models/${id}`, { ifAvailable: true }, (lock) => {
    if (lock) return work();
    const message = `The model ${id} is being installed or removed elsewhere.`;
    throw new FossickError("read-only", message, "Wait until the other tab is done.");
  });
}

/**
 * Browsers tell less room than there is, or more: a write that fails for lack of it is the last word.
 *
 * @param {number} bytes that are still to come
 */
async function checkRoom(bytes) {
  const { quota = 0, usage = 0 } = await navigator.storage.estimate();
  if (quota > 0 && usage < quota && bytes > quota - usage) throw noRoom();
}

/** @param {string} id */
function nameTaken(id) {
  const hint = "Remove it first, or give this one another name.";
  return new FossickError("bad-option", `There is a model ${id} already.`, hint);
}

function noRoom() {
  const hint = "Remove another model, or free some space on this device.";
  return new FossickError("quota-exceeded", "There is no room for this model.", hint);
}

/**
 * At most every so often.
 *
 * @param {(bytes: number) => void} tell
 */
function seldom(tell) {
  let last = 0;
  return (/** @type {number} */ bytes) => {
    const now = performance.now();
    if (now - last < OFTEN) return;
    last = now;
    tell(bytes);
  };
}

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);

Comlink.expose(new Models());
