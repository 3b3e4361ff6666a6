// @ts-check
/** Arguments of the public calls, checked on the page's side where a message can still be exact. */

import { FossickError } from "./errors.js";

const STORAGES = ["auto", "opfs", "indexeddb", "memory"];
/** Letters and digits first, so that no name is "." or hides itself. */
const COLLECTION = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u;

/** @param {import("./fossick.js").OpenOptions} options */
export function checkOpen(options) {
  const { collection = "default", storage = "auto", snapshot = true, onProgress, signal } = options;
  if (!COLLECTION.test(collection)) {
    const hint = "Use up to 64 letters, digits, spaces, dots, dashes and underscores.";
    throw new FossickError("bad-option", `"${collection}" cannot be a collection's name.`, hint);
  }
  if (!STORAGES.includes(storage)) {
    const hint = `Use one of ${STORAGES.map((one) => `"${one}"`).join(", ")}.`;
    throw new FossickError("bad-option", `There is no storage "${storage}".`, hint);
  }
  return { collection, storage, useImage: snapshot, onProgress, signal };
}

/**
 * @param {unknown} rerank of `search`
 * @returns {boolean | string}
 */
export function checkRerank(rerank) {
  if (typeof rerank === "boolean") return rerank;
  if (typeof rerank === "string" && rerank) return rerank;
  const hint = "Use true, or the id of a reranker.";
  throw new FossickError("bad-option", "rerank is neither a flag nor a model.", hint);
}

/** @param {unknown} sources */
export function checkAdd(sources) {
  const one = sources instanceof Blob || typeof sources === "string";
  if (one || sources == null || !(Symbol.iterator in Object(sources))) {
    const hint = "Give an array of sources, or a FileList.";
    throw new FossickError("bad-option", "The sources of add() are not a list.", hint);
  }
}

/**
 * The sources as structured cloning can send them.
 *
 * @param {Iterable<any> | ArrayLike<any>} sources
 */
export function cloneSources(sources) {
  return Array.from(sources, cloneSource);
}

/**
 * A File keeps its path inside a picked folder in a property that cloning loses.
 *
 * @param {any} source
 */
function cloneSource(source) {
  if (!(source instanceof File) || !source.webkitRelativePath) return source;
  return { path: source.webkitRelativePath, blob: source, modified: source.lastModified };
}
