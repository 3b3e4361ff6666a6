// @ts-check
/**
 * What a caller of `add` hands over, as the two shapes that the engine takes: files with a path
 * and a `read`, and chunks as they stand.
 */

import { FossickError } from "../errors.js";
import { Rules } from "./rules.js";
import { fromHandle, Walk } from "./walk.js";

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
/** @typedef {{ path: string, why: string }} LeftOut a file, or a folder with all that is in it */
/**
 * `files` is JSON with path, size and time of each file among the sources, null for a chunk: read at
 * once, it costs Python next to nothing.
 *
 * @typedef {{ sources: (FileSource | ChunkSource)[], files: string, ignored: LeftOut[] }} Gathered
 */

/**
 * @param {any[]} given as structured cloning has brought them over
 * @param {import("./rules.js").RuleOptions} rules for all of them but remembered folders
 * @param {ScanProgress} onFound
 * @param {() => void} checkCancelled throws when the caller has given up
 * @returns {Promise<Gathered>}
 */
export async function gather(given, rules, onFound, checkCancelled) {
  const walk = new Walk(checkCancelled);
  const common = new Rules(rules);
  /** @type {(FileSource | ChunkSource)[]} */
  const sources = [];
  for (const [at, one] of given.entries()) {
    for await (const source of expand(one, at, walk, common)) {
      checkCancelled();
      sources.push(source);
      if ("path" in source) onFound(sources.length, source.path);
    }
  }
  const facts = sources.map((one) =>
    "path" in one ? [one.path, one.size ?? null, one.modified ?? null] : null,
  );
  const ignored = [...walk.ignored].map(([path, why]) => ({ path, why }));
  return { sources, files: JSON.stringify(facts), ignored };
}

/**
 * @param {any} one
 * @param {number} at its place among the sources, for messages
 * @param {Walk} walk
 * @param {Rules} rules
 * @returns {AsyncGenerator<FileSource | ChunkSource>}
 */
async function* expand(one, at, walk, rules) {
  const { register } = walk;
  if (one instanceof File) {
    const path = one.webkitRelativePath || one.name;
    if (!walk.leavesOut(path, false, rules)) yield fromFile(one, register.claim(path));
  } else if (one?.kind === "file") {
    if (!walk.leavesOut(one.name, false, rules)) yield fromHandle(one, register.claim(one.name));
  } else if (one?.kind === "directory") {
    yield* walk.folder(one, one.name, rules);
  } else if (one?.folder?.kind === "directory") {
    yield* walk.folder(one.folder, one.name, new Rules(one), one.only);
  } else if (typeof one?.path === "string") {
    if (walk.leavesOut(one.path, one.inFolder, rules)) return;
    yield fromPath(one, at, register.claim(one.path));
  } else if (typeof one === "object" && one && "id" in one) {
    yield asChunk(one, at);
  } else {
    throw wrongSource(at, "it is none of File, FileSystemHandle, {path, …} and {id, text, …}");
  }
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
