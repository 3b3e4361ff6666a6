// @ts-check
/**
 * What a caller of `add` hands over, as the two shapes that the engine takes: files with a path
 * and a `read`, and chunks as they stand. Folders are walked here, away from the page.
 */

import { FossickError } from "../errors.js";
import { PathRegister } from "./paths.js";

/**
 * A file that can be sent to another worker: one of `file` and `handle` is there.
 *
 * @typedef {object} Readable
 * @property {string} path
 * @property {number | undefined} modified seconds since 1970
 * @property {number | undefined} size bytes
 * @property {Blob | undefined} [file]
 * @property {FileSystemFileHandle | undefined} [handle]
 */
/** @typedef {Readable & { read: () => Promise<Uint8Array> }} FileSource */
/** @typedef {{ id: string, title: string, text: string, vector?: Float32Array, model?: string, metadata: Record<string, string> }} ChunkSource */
/** @typedef {(found: number, path: string) => void} ScanProgress */

/** Folders that hold machinery, never a person's own text. */
const SKIPPED = new Set(["node_modules", "__pycache__", "__MACOSX", "Thumbs.db", "desktop.ini"]);

/** Files of a folder that are asked for at the same time. */
const AT_ONCE = 32;

/** @param {string} name */
const isSkipped = (name) => name.startsWith(".") || SKIPPED.has(name);

/**
 * @param {any[]} given as structured cloning has brought them over
 * @param {ScanProgress} onFound
 * @param {() => void} checkCancelled throws when the caller has given up
 * @returns {Promise<(FileSource | ChunkSource)[]>}
 */
export async function gather(given, onFound, checkCancelled) {
  const register = new PathRegister();
  /** @type {(FileSource | ChunkSource)[]} */
  const sources = [];
  for (const [at, one] of given.entries()) {
    for await (const source of expand(one, at, register)) {
      checkCancelled();
      sources.push(source);
      if ("path" in source) onFound(sources.length, source.path);
    }
  }
  return sources;
}

/**
 * @param {any} one
 * @param {number} at its place among the sources, for messages
 * @param {PathRegister} register
 * @returns {AsyncGenerator<FileSource | ChunkSource>}
 */
async function* expand(one, at, register) {
  if (one instanceof File) {
    yield fromFile(one, register.claim(one.webkitRelativePath || one.name));
  } else if (one?.kind === "file") {
    yield fromHandle(one, register.claim(one.name));
  } else if (one?.kind === "directory") {
    yield* walk(one, one.name, register);
  } else if (one?.folder?.kind === "directory") {
    yield* walk(one.folder, one.name, register);
  } else if (typeof one?.path === "string") {
    yield fromPath(one, at, register.claim(one.path));
  } else if (typeof one === "object" && one && "id" in one) {
    yield asChunk(one, at);
  } else {
    throw wrongSource(at, "it is none of File, FileSystemHandle, {path, …} and {id, text, …}");
  }
}

/**
 * @param {any} folder FileSystemDirectoryHandle
 * @param {string} path
 * @param {PathRegister} register
 * @returns {AsyncGenerator<FileSource>}
 */
async function* walk(folder, path, register) {
  const entries = [];
  for await (const [name, entry] of folder.entries()) {
    if (!isSkipped(name)) entries.push(entry);
  }
  // The order of a directory differs by system; the order of documents should not.
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const files = entries.filter(({ kind }) => kind === "file");
  for (let at = 0; at < files.length; at += AT_ONCE) {
    const some = files.slice(at, at + AT_ONCE);
    yield* await Promise.all(
      some.map((entry) => fromHandle(entry, register.claim(`${path}/${entry.name}`))),
    );
  }
  for (const entry of entries) {
    if (entry.kind === "directory") yield* walk(entry, `${path}/${entry.name}`, register);
  }
}

/**
 * @param {any} handle FileSystemFileHandle
 * @param {string} path
 * @returns {Promise<FileSource>}
 */
async function fromHandle(handle, path) {
  // Asked for again when it is read: a File is void as soon as the file has changed.
  const read = async () => new Uint8Array(await (await handle.getFile()).arrayBuffer());
  /** @type {File | undefined} */
  const file = await handle.getFile().catch(() => undefined);
  return { path, modified: file && file.lastModified / 1000, size: file?.size, handle, read };
}

/**
 * @param {File} file
 * @param {string} path
 * @returns {FileSource}
 */
function fromFile(file, path) {
  return fromBlob(file, path, file.lastModified);
}

/**
 * @param {Blob} blob
 * @param {string} path
 * @param {number | undefined} modified milliseconds since 1970
 * @returns {FileSource}
 */
function fromBlob(blob, path, modified) {
  const read = async () => new Uint8Array(await blob.arrayBuffer());
  return {
    path,
    modified: modified === undefined ? undefined : modified / 1000,
    size: blob.size,
    file: blob,
    read,
  };
}

/**
 * @param {{ blob?: unknown, text?: unknown, modified?: unknown }} one
 * @param {number} at
 * @param {string} path
 * @returns {FileSource}
 */
function fromPath({ blob, text, modified }, at, path) {
  const time = modified instanceof Date ? modified.getTime() : modified;
  if (time !== undefined && typeof time !== "number") {
    throw wrongSource(at, "its `modified` is neither a Date nor milliseconds since 1970");
  }
  if (blob instanceof Blob) {
    return fromBlob(blob, path, time ?? (blob instanceof File ? blob.lastModified : undefined));
  }
  if (typeof text !== "string") throw wrongSource(at, "it has neither a `blob` nor a `text`");
  return fromBlob(new Blob([text]), path, time);
}

/**
 * @param {any} one
 * @param {number} at
 * @returns {ChunkSource}
 */
function asChunk({ id, title = "", text, vector, model, metadata = {} }, at) {
  if (typeof id !== "string" || id === "") throw wrongSource(at, "its `id` is no text");
  if (typeof text !== "string") throw wrongSource(at, `the \`text\` of ${id} is no text`);
  if (vector != null && !(vector instanceof Float32Array)) {
    throw wrongSource(at, `the \`vector\` of ${id} is no Float32Array`);
  }
  if (model != null && (typeof model !== "string" || model === "" || !vector)) {
    throw wrongSource(at, `the \`model\` of ${id} is no name of the model that made its vector`);
  }
  const entries = Object.entries(metadata ?? {}).map(([key, value]) => [key, String(value)]);
  const chunk = {
    id: id.toWellFormed(),
    title: String(title ?? "").toWellFormed(),
    text: text.toWellFormed(),
  };
  const given = vector ? { vector, ...(model ? { model: model.toWellFormed() } : {}) } : {};
  return { ...chunk, ...given, metadata: Object.fromEntries(entries) };
}

/**
 * @param {number} at
 * @param {string} reason
 */
function wrongSource(at, reason) {
  const hint = "docs/protocol.md lists the sources that add() takes.";
  return new FossickError("bad-option", `Source ${at} cannot be added: ${reason}.`, hint);
}
