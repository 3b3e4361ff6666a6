// @ts-check
/** Folders that are walked, away from the page, and what of them is left out. */

import { PathRegister, safePath } from "./paths.js";
import { GITIGNORE, ignoring } from "./rules.js";

/** @typedef {import("./rules.js").Rules} Rules */
/** @typedef {import("./sources.js").FileSource} FileSource */
/** @typedef {{ modified: number | undefined, size: number | undefined }} Facts */
/** @typedef {{ entry: any, path: string, facts: Promise<Facts> }} Found a file's handle, and its path in the folder */

/** Entries that are left out and named; of more it is only known that there are such. */
const NAMED = 5000;

/** Files that are asked for at the same time, and folders of a folder. */
const AT_ONCE = 512;
const FOLDERS_AT_ONCE = 8;

export class Walk {
  /** @param {() => void} check throws when the caller has given up */
  constructor(check) {
    this.check = check;
    this.register = new PathRegister();
    this.inTurn = atMost(AT_ONCE);
    /** @type {Map<string, string>} why, by path */
    this.ignored = new Map();
  }

  /**
   * @param {any} folder FileSystemDirectoryHandle
   * @param {string} name the first part of the paths of its files
   * @param {Rules} rules
   * @param {string[]} [only] paths in it, none of them below another; all there is if left out
   * @returns {AsyncGenerator<FileSource>}
   */
  async *folder(folder, name, rules, only = [""]) {
    for (const one of only) {
      for (const { entry, path, facts } of await this.reached(folder, name, rules, one)) {
        yield fileSource(entry, this.register.claim(`${name}/${path}`), await facts);
      }
    }
  }

  /**
   * What lies at a path of a folder: a file, or all that `listed` finds in a folder; nothing where
   * it is gone or left out.
   *
   * @param {any} folder
   * @param {string} name
   * @param {Rules} rules
   * @param {string} path
   * @returns {Promise<Found[]>}
   */
  async reached(folder, name, rules, path) {
    /** @type {import("./rules.js").Ignoring[]} */
    const above = [];
    let at = folder;
    let below = "";
    for (const part of path.split("/").filter((each) => each !== "" && each !== ".")) {
      if (at.kind === "file") return [];
      const own = rules.gitignore ? await entryIn(at, GITIGNORE) : null;
      if (own?.kind === "file") above.push(await gitignore(own, below));
      at = await entryIn(at, part);
      if (!at) return [];
      const why = rules.why(below + part, at.kind === "directory", above);
      if (why) this.note(`${name}/${below}${part}`, why);
      if (why) return [];
      below += at.kind === "directory" ? `${part}/` : part;
    }
    return at.kind === "file"
      ? [this.found(at, below)]
      : this.listed(at, name, rules, below, above);
  }

  /**
   * @param {any} entry FileSystemFileHandle
   * @param {string} path
   * @returns {Found} its facts are asked for when it is its turn
   */
  found(entry, path) {
    return { entry, path, facts: this.inTurn(() => factsOf(entry)) };
  }

  /**
   * The files in a folder, then those in its folders, each in order of name: the order of a
   * directory differs by system, that of documents should not.
   *
   * @param {any} folder
   * @param {string} name
   * @param {Rules} rules
   * @param {string} [below] path of a folder in it, with its slash
   * @param {readonly import("./rules.js").Ignoring[]} [above]
   * @returns {Promise<Found[]>}
   */
  async listed(folder, name, rules, below = "", above = []) {
    this.check();
    const all = [];
    for await (const entry of folder.values()) all.push(entry);
    all.sort((a, b) => (a.name < b.name ? -1 : 1));
    const own = rules.gitignore ? all.find((entry) => entry.name === GITIGNORE) : null;
    const known = own?.kind === "file" ? [...above, await gitignore(own, below)] : above;
    const entries = all.filter(({ name: last, kind }) => {
      const why = rules.why(below + last, kind === "directory", known);
      if (why) this.note(`${name}/${below}${last}`, why);
      return !why;
    });
    const found = entries
      .filter(({ kind }) => kind === "file")
      .map((entry) => this.found(entry, below + entry.name));
    const folders = entries.filter(({ kind }) => kind === "directory");
    for (let at = 0; at < folders.length; at += FOLDERS_AT_ONCE) {
      const some = folders.slice(at, at + FOLDERS_AT_ONCE);
      const inside = some.map((entry) =>
        this.listed(entry, name, rules, `${below}${entry.name}/`, known),
      );
      for (const file of (await Promise.all(inside)).flat()) found.push(file);
    }
    return found;
  }

  /**
   * Whether a pattern leaves a file out that comes alone.
   *
   * @param {string} path
   * @param {boolean} inFolder whether its first part is the folder that was picked
   * @param {Rules} rules
   */
  leavesOut(path, inFolder, rules) {
    const start = inFolder ? path.indexOf("/") + 1 : 0;
    const found = rules.whyAnyOf(path.slice(start));
    if (found) this.note(path.slice(0, start) + found.path, found.why);
    return found !== null;
  }

  /**
   * @param {string} path
   * @param {string} why
   */
  note(path, why) {
    if (this.ignored.size < NAMED) this.ignored.set(safePath(path), why);
  }
}

/**
 * @param {any} folder FileSystemDirectoryHandle
 * @param {string} name
 * @returns {Promise<any>} the handle of what has this name in it, null where there is no such thing
 */
async function entryIn(folder, name) {
  try {
    return await folder.getFileHandle(name);
  } catch (error) {
    const { name: kind } = /** @type {Error} */ (error);
    if (kind === "TypeMismatchError") return folder.getDirectoryHandle(name);
    if (kind === "NotFoundError" || kind === "TypeError") return null;
    throw error;
  }
}

/**
 * @param {any} handle FileSystemFileHandle
 * @param {string} below
 */
async function gitignore(handle, below) {
  const text = await handle.getFile().then(
    (/** @type {File} */ file) => file.text(),
    () => "", // It has gone, or may not be read: then it says nothing.
  );
  return ignoring(below, text);
}

/**
 * @param {any} handle FileSystemFileHandle
 * @param {string} path
 * @returns {Promise<FileSource>}
 */
export async function fromHandle(handle, path) {
  return fileSource(handle, path, await factsOf(handle));
}

/**
 * @param {any} handle FileSystemFileHandle
 * @returns {Promise<Facts>}
 */
async function factsOf(handle) {
  /** @type {File | undefined} */
  const file = await handle.getFile().catch(() => undefined);
  return { modified: file && file.lastModified / 1000, size: file?.size };
}

/**
 * @param {any} handle FileSystemFileHandle
 * @param {string} path
 * @param {Facts} facts
 * @returns {FileSource}
 */
function fileSource(handle, path, { modified, size }) {
  // Asked for again when it is read: a File is void as soon as the file has changed.
  const read = async () => new Uint8Array(await (await handle.getFile()).arrayBuffer());
  return { path, modified, size, handle, read };
}

/**
 * A function that does work in the order in which it is given, so much of it at a time.
 *
 * @param {number} most
 */
function atMost(most) {
  let running = 0;
  /** @type {((go: null) => void)[]} */
  const waiting = [];
  return async (/** @type {() => Promise<any>} */ work) => {
    if (running === most) await new Promise((go) => waiting.push(go));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next(null);
      else running -= 1;
    }
  };
}
