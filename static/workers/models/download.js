// @ts-check
/**
 * One file from the hub into a file of this device: resumed where it was cut off, verified while
 * it comes.
 *
 * What is there from an earlier try is hashed first and the rest asked for with a Range request.
 * Nothing that the hub says of the rest is believed (a mirror may ignore the range, and CORS may
 * hide its headers): the SHA-256 of the whole decides. Where that is wrong after a resumption, the
 * file is fetched once more from its start.
 */

import { FossickError, isFull } from "../../errors.js";
import { sha256 } from "../../vendor/hashes.js";
import { writeAll } from "./shelf.js";

/** @typedef {{ path: string, bytes: number | null, sha256: string | null }} ModelFile */
/**
 * @typedef {object} Wanted
 * @property {string} url
 * @property {ModelFile} file
 * @property {any} handle of the file on this device
 * @property {AbortSignal} signal
 * @property {(bytes: number) => void} onBytes told how many there are so far
 */

/** Milliseconds before each further try; one that brought bytes counts as the first again. */
const PAUSES = [500, 2000, 5000];
/** Milliseconds without a byte after which a connection counts as dead. */
const SILENCE = 30_000;
/** Bytes hashed at once of what is there already. */
const BLOCK = 1 << 22;
/** Answers that will be the same next time. */
const FINAL = new Set([400, 401, 403, 404, 410, 451]);

/**
 * @param {Wanted} wanted
 * @returns {Promise<string>} the SHA-256 of what is there now, in hex
 */
export async function download(wanted) {
  const { handle, file } = wanted;
  // Of a file whose hash nobody knows, a piece from another day cannot be trusted.
  if (file.sha256 === null) handle.truncate(0);
  const resumed = handle.getSize() > 0;
  const found = await complete(wanted);
  if (file.sha256 === null || found === file.sha256) return found;
  handle.truncate(0);
  if (resumed && (await complete(wanted)) === file.sha256) return file.sha256;
  handle.truncate(0);
  const hint = "Nothing of it was kept. Try again; if it stays so, the hub has another file there.";
  const message = `${file.path} is not the file that the catalogue names: its SHA-256 is ${found}.`;
  throw new FossickError("download-damaged", message, hint);
}

/**
 * Fetch until all bytes are there, however often it is cut off on the way.
 *
 * @param {Wanted} wanted
 */
async function complete(wanted) {
  const { handle, file, signal, onBytes } = wanted;
  const state = begin(handle, file, onBytes);
  let furthest = state.at;
  for (let failures = 0; !state.isWhole; ) {
    try {
      await fetchRest(wanted, state);
      // Without a length to compare with, an end is the end.
      if (file.bytes === null) break;
      if (!state.isWhole) throw new Error("the connection ended before the file did");
    } catch (error) {
      if (signal.aborted) throw new FossickError("cancelled", "The download was stopped.");
      if (error instanceof FossickError || isFull(error)) throw error;
      if (state.at > furthest) failures = 0;
      furthest = Math.max(furthest, state.at);
      if (failures === PAUSES.length) throw gaveUp(file, error);
      await pause(PAUSES[failures], signal);
      failures += 1;
    } finally {
      handle.flush();
    }
  }
  return hex(state.hash.digest());
}

/** How far a file has come: its bytes on this device, and the hash of them. */
class State {
  /**
   * @param {any} handle
   * @param {ModelFile} file
   * @param {(bytes: number) => void} onBytes
   */
  constructor(handle, file, onBytes) {
    this.handle = handle;
    this.file = file;
    this.onBytes = onBytes;
    this.at = 0;
    this.hash = sha256.create();
  }

  get isWhole() {
    return this.file.bytes !== null && this.at >= this.file.bytes;
  }

  /** @param {Uint8Array} bytes */
  count(bytes) {
    this.hash.update(bytes);
    this.at += bytes.length;
    this.onBytes(this.at);
  }

  /** @param {Uint8Array} bytes */
  add(bytes) {
    const { bytes: whole, path } = this.file;
    if (whole !== null && this.at + bytes.length > whole) {
      this.handle.truncate(0);
      const hint = "Try again; if it stays so, the hub has another file there.";
      throw new FossickError("download-damaged", `${path} is longer than it should be.`, hint);
    }
    writeAll(this.handle, bytes, this.at);
    this.count(bytes);
  }

  restart() {
    this.handle.truncate(0);
    this.at = 0;
    this.hash = sha256.create();
    this.onBytes(0);
  }
}

/**
 * @param {any} handle
 * @param {ModelFile} file
 * @param {(bytes: number) => void} onBytes
 */
function begin(handle, file, onBytes) {
  const state = new State(handle, file, onBytes);
  const size = handle.getSize();
  if (file.bytes !== null && size > file.bytes) {
    handle.truncate(0);
    return state;
  }
  const block = new Uint8Array(Math.min(BLOCK, size));
  while (state.at < size) {
    const got = handle.read(block, { at: state.at });
    if (got === 0) break;
    state.count(block.subarray(0, got));
  }
  return state;
}

/**
 * @param {Wanted} wanted
 * @param {State} state
 */
async function fetchRest({ url, signal, file }, state) {
  const dead = new AbortController();
  let timer = 0;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => dead.abort(new Error("it went silent")), SILENCE);
  };
  alive();
  try {
    const response = await fetch(url, {
      // A range of this form needs no preflight, which not every mirror answers.
      headers: state.at > 0 ? { Range: `bytes=${state.at}-` } : {},
      signal: AbortSignal.any([signal, dead.signal]),
      cache: "no-store",
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      if (response.status === 416) throw tooShort(file, state);
      if (FINAL.has(response.status)) throw refused(file, response);
      throw new Error(`the hub answered ${response.status}`);
    }
    // The whole file, although the rest was asked for.
    if (state.at > 0 && response.status !== 206) state.restart();
    const reader = response.body.getReader();
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      alive();
      if (value) state.add(value);
    }
  } finally {
    clearTimeout(timer);
    dead.abort();
  }
}

/**
 * @param {ModelFile} file
 * @param {State} state
 */
function tooShort({ path }, { handle }) {
  handle.truncate(0);
  const hint = "Nothing of it was kept. The hub has another file there.";
  return new FossickError("download-damaged", `${path} is shorter than it should be.`, hint);
}

/**
 * @param {ModelFile} file
 * @param {Response} response
 */
function refused(file, { status, url }) {
  const host = new URL(url).host;
  const message = `${host} does not give out ${file.path}: it answered ${status}.`;
  const hint =
    status === 404 || status === 410
      ? "The model may have moved. A newer version of this site may know where to."
      : "Look whether a proxy or a filter stands between this device and the hub.";
  return new FossickError("download-failed", message, hint);
}

/**
 * @param {ModelFile} file
 * @param {unknown} error
 */
function gaveUp(file, error) {
  const reason = error instanceof Error ? error.message : String(error);
  const hint = "What has come is kept. Look at the connection, then go on with the download.";
  return new FossickError("download-failed", `${file.path} did not come: ${reason}.`, hint);
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 */
function pause(milliseconds, signal) {
  return new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
    setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** @param {Uint8Array} bytes */
export const hex = (bytes) =>
  Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
