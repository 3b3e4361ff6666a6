// @ts-check
/** Folders that are walked, away from the page, and what of them is left out. */

import { PathRegister, safePath } from "./paths.js";
import { GITIGNORE, ignoring } from "./rules.js";

/** @typedef {import("./rules.js").Rules} Rules */
/** @typedef {import("./sources.js").FileSource} FileSource */

/** Entries that are left out and named; of more it is only known that there are such. */
const NAMED = 5000;

/** Files, and folders of a folder, that are asked for at the same time. */
const AT_ONCE = 64;
const FOLDERS_AT_ONCE = 8;

export class Walk {
  /** @param {() => void} check throws when the caller has given up */
  constructor(check) {
    this.check = check;
    this.register = new PathRegister();
    /** @type {Map<string, string>} why, by path */
    this.ignored = new Map();
  }

  /**
   * @param {any} folder FileSystemDirectoryHandle
   * @param {string} name the first part of the paths of its files
   * @param {Rules} rules
   * @returns {AsyncGenerator<FileSource>}
   */
  async *folder(folder, name, rules) {
    /** @type {Promise<FileSource>[]} */
    const asked = [];
    for (const { entry, path } of await this.listed(folder, name, rules)) {
      asked.push(fromHandle(entry, this.register.claim(`${name}/${path}`)));
      if (asked.length === AT_ONCE) yield await /** @type {any} */ (asked.shift());
    }
    yield* await Promise.all(asked);
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
   * @returns {Promise<{ entry: any, path: string }[]>}
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
      .map((entry) => ({ entry, path: below + entry.name }));
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
  // Asked for again when it is read: a File is void as soon as the file has changed.
  const read = async () => new Uint8Array(await (await handle.getFile()).arrayBuffer());
  /** @type {File | undefined} */
  const file = await handle.getFile().catch(() => undefined);
  return { path, modified: file && file.lastModified / 1000, size: file?.size, handle, read };
}
