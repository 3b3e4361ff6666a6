// @ts-check
/** Arguments of the public calls, checked on the page's side where a message can still be exact. */

import { FossickError } from "./errors.js";
import { checkLockAfter, checkOpener, LOCK_AFTER } from "./passphrase.js";
import { checkBlob } from "./portable.js";

/** Names of app.formats.limits as JavaScript writes them; a test compares both. */
export const LIMITS = [
  "textBytes",
  "fileBytes",
  "archiveBytes",
  "expandedBytes",
  "ratio",
  "members",
  "depth",
  "pages",
  "characters",
  "cells",
  "seconds",
];
const STORAGES = ["auto", "opfs", "indexeddb", "memory"];
/** Letters and digits first, so that no name is "." or hides itself. */
const COLLECTION = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u;

/** @param {import("./fossick.js").OpenOptions} options */
export function checkOpen(options) {
  const { collection = "default", snapshot = true, from = null, onProgress, signal } = options;
  // A file that is searched where it lies needs no other storage.
  const { storage = from ? "memory" : "auto" } = options;
  const limits = checkLimits(options.limits);
  if (!COLLECTION.test(collection)) {
    const hint = "Use up to 64 letters, digits, spaces, dots, dashes and underscores.";
    throw new FossickError("bad-option", `"${collection}" cannot be a collection's name.`, hint);
  }
  if (!STORAGES.includes(storage)) {
    const hint = `Use one of ${STORAGES.map((one) => `"${one}"`).join(", ")}.`;
    throw new FossickError("bad-option", `There is no storage "${storage}".`, hint);
  }
  if (from) checkBlob(from);
  const { filePassphrase, fileKey } = options;
  if ((filePassphrase ?? fileKey) != null && !from) {
    const hint = "Give the file as well, or a `passphrase` for the collection.";
    throw new FossickError("bad-option", "A file's passphrase needs `from`.", hint);
  }
  const own = checkOpener(options);
  const sealing = from ? checkOpener({ passphrase: filePassphrase, key: fileKey }) : own;
  if (own.passphrase && storage === "memory") {
    const hint = from
      ? "The passphrase of a sealed file is `filePassphrase`."
      : "Leave the passphrase out, or the storage.";
    throw new FossickError("bad-option", "What is not kept cannot be sealed.", hint);
  }
  const lockAfter = checkLockAfter(options.lockAfter ?? LOCK_AFTER);
  const rest = { useImage: snapshot, limits, sealing, lockAfter, onProgress, signal };
  return { collection, storage, from, ...rest };
}

/**
 * @param {import("./fossick.js").Limits} [limits]
 * @returns {Record<string, number>} those that were given, under the names that the engine has
 */
function checkLimits(limits = {}) {
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  for (const [name, value] of given) {
    if (!LIMITS.includes(name)) {
      const hint = `Limits are ${LIMITS.join(", ")}.`;
      throw new FossickError("bad-option", `There is no limit ${name}.`, hint);
    }
    if (!Number.isSafeInteger(value) || value < 1) {
      const hint = "Give a whole number above 0.";
      throw new FossickError("bad-option", `The limit ${name} cannot be ${value}.`, hint);
    }
  }
  const snake = (/** @type {string} */ name) =>
    name.replace(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(given.map(([name, value]) => [snake(name), value]));
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
 * @param {import("./fossick.js").FolderRules} options
 * @returns {{ ignore?: string[], gitignore?: boolean }} those that were given
 */
export function checkRules({ ignore, gitignore }) {
  const isList = Array.isArray(ignore) && ignore.every((one) => typeof one === "string");
  if (ignore !== undefined && !isList) {
    const hint = 'Give patterns as in .gitignore, one each: ["*.tmp", "/drafts/"].';
    throw new FossickError("bad-option", "`ignore` is not a list of patterns.", hint);
  }
  if (gitignore !== undefined && typeof gitignore !== "boolean") {
    throw new FossickError("bad-option", "`gitignore` is neither true nor false.", "Give a flag.");
  }
  return {
    ...(ignore === undefined ? {} : { ignore: ignore.map((one) => one.toWellFormed()) }),
    ...(gitignore === undefined ? {} : { gitignore }),
  };
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
  const path = source.webkitRelativePath;
  return { path, blob: source, modified: source.lastModified, inFolder: true };
}
