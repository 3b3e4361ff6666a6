// @ts-check
/**
 * Folders that the user has picked, remembered by their handles, and kept in step.
 *
 * A handle lives in IndexedDB only, and only the page may ask for permission to use it, so this is
 * the page's side; walking and comparing is the engine's.
 */

import { FossickError } from "./errors.js";
import { fileIn } from "./given-files.js";
import { safePath } from "./workers/paths.js";
import { GITIGNORE } from "./workers/rules.js";

/**
 * @typedef {object} Remembered
 * @property {string} collection
 * @property {string} name the first part of the paths of its files
 * @property {FileSystemDirectoryHandle} handle
 * @property {number} added milliseconds since 1970
 * @property {number} [synced] when it was last brought up to date
 * @property {string[]} [ignore] patterns of what is left out
 * @property {boolean} [gitignore] whether its .gitignore files are respected
 */
/** @typedef {import("./fossick.js").AddReport} AddReport */
/** @typedef {import("./fossick.js").AddOptions} AddOptions */
/** @typedef {(sources: any[], whole: string[], options: AddOptions) => Promise<AddReport>} Add */

const DATABASE = "fossick-folders";
const STORE = "folders";
const READ = { mode: "read" };

export class Folders {
  /**
   * @param {string} collection
   * @param {Add} add
   * @param {(names: string[]) => void} onChange told which ones are remembered
   */
  constructor(collection, add, onChange) {
    this.collection = collection;
    this.add = add;
    this.onChange = onChange;
  }

  /** @returns {Promise<import("./fossick.js").Folder[]>} */
  async list() {
    const all = await this.remembered();
    return Promise.all(
      all.map(async ({ name, added, synced, handle, ignore, gitignore }) => ({
        name,
        ignore: ignore ?? [],
        gitignore: gitignore ?? false,
        added: new Date(added),
        synced: synced ? new Date(synced) : null,
        permission: await permission(handle),
        handle,
      })),
    );
  }

  /**
   * Remember a folder, and add what is in it; one that is known gets the rules that are given.
   *
   * @param {FileSystemDirectoryHandle} handle
   * @param {{ ignore?: string[], gitignore?: boolean }} rules
   * @param {AddOptions} options
   */
  async take(handle, rules, options) {
    const all = await this.remembered();
    for (const one of all) {
      if (!(await one.handle.isSameEntry(handle))) continue;
      const changed = { ...one, ...rules };
      await write((store) => store.put(changed));
      return this.sync([changed], options);
    }
    const taken = new Set(all.map(({ name }) => name));
    let name = handle.name;
    for (let number = 2; taken.has(name); number += 1) name = `${handle.name} (${number})`;
    const folder = { collection: this.collection, name, handle, added: Date.now(), ...rules };
    await write((store) => store.put(folder));
    this.onChange([...taken, name]);
    return this.sync([folder], options);
  }

  /**
   * Bring folders up to date: those that may be read, or those with these names; or what lies at
   * these paths, of which the first part is a folder's name.
   *
   * @param {AddOptions & { names?: string[], changed?: string[], ask?: boolean }} options
   */
  async bring({ changed, names = changed?.map(firstPart), ask = false, ...options }) {
    const all = await this.remembered();
    const wanted = names ? all.filter(({ name }) => names.includes(name)) : all;
    const missing = names?.find((name) => !all.some((one) => one.name === name));
    if (missing !== undefined) throw unknown(missing);
    // Permission is asked for before anything is awaited that takes long: a click counts for a
    // few seconds only.
    const states = await Promise.all(
      wanted.map(({ handle }) => (ask ? askFor(handle) : permission(handle))),
    );
    const open = wanted.filter((_one, at) => states[at] === "granted");
    return this.sync(open, options, changed);
  }

  /**
   * @param {string} name
   * @param {AddOptions & { keep?: boolean }} options
   */
  async forget(name, { keep = false, ...options }) {
    const all = await this.remembered();
    if (!all.some((one) => one.name === name)) throw unknown(name);
    await write((store) => store.delete([this.collection, name]));
    this.onChange(all.map((one) => one.name).filter((one) => one !== name));
    return keep ? null : this.add([], [name], options);
  }

  /**
   * The file itself, where its folder may be read.
   *
   * @param {string} path
   * @returns {Promise<File | null>}
   */
  async file(path) {
    const [name, ...parts] = path.split("/");
    const folder = (await this.remembered()).find((one) => one.name === name);
    if (!folder || (await permission(folder.handle)) !== "granted") return null;
    return fileIn(folder.handle, parts);
  }

  /**
   * @param {Remembered[]} folders
   * @param {AddOptions} options
   * @param {string[]} [changed] paths, where nothing else has to be looked at
   */
  async sync(folders, options, changed) {
    const sources = folders.map(({ handle, name, ignore, gitignore }) => ({
      folder: handle,
      name,
      ignore,
      gitignore,
      only: changed && below(name, changed, gitignore ?? false),
    }));
    const whole = sources.flatMap(({ name, only = [""] }) =>
      only.map((path) => safePath(`${name}/${path}`)),
    );
    const report = await this.add(sources, whole, options);
    for (const folder of folders) {
      await write((store) => store.put({ ...folder, synced: Date.now() }));
    }
    return report;
  }

  /** @returns {Promise<Remembered[]>} in order of name */
  async remembered() {
    const all = await read((store) => store.getAll());
    return all
      .filter(({ collection }) => collection === this.collection)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/**
 * Forget all folders of a collection; what is indexed stays.
 *
 * @param {string} collection
 */
export async function forgetAll(collection) {
  const all = await read((store) => store.getAll());
  for (const one of all.filter((each) => each.collection === collection)) {
    await write((store) => store.delete([one.collection, one.name]));
  }
}

/**
 * @param {any} handle
 * @returns {Promise<"granted" | "prompt" | "denied">}
 */
async function permission(handle) {
  return (await handle.queryPermission?.(READ)) ?? "granted";
}

/** @param {any} handle */
async function askFor(handle) {
  try {
    return (await handle.requestPermission?.(READ)) ?? "granted";
  } catch {
    return "prompt"; // Without a click behind it the browser does not ask.
  }
}

/** @param {string} path */
const firstPart = (path) => path.split("/", 1)[0];

/**
 * Those of the paths that lie in a folder, as seen from it, and none of them below another. What
 * a .gitignore says is for all that lies beside it.
 *
 * @param {string} name
 * @param {string[]} paths
 * @param {boolean} gitignore whether these files are respected
 */
function below(name, paths, gitignore) {
  const wanted = paths
    .filter((path) => firstPart(path) === name)
    .map((path) => path.slice(name.length + 1))
    .map((path) =>
      gitignore && path.split("/").at(-1) === GITIGNORE
        ? path.slice(0, -GITIGNORE.length - 1)
        : path,
    );
  const all = new Set(wanted);
  const above = (/** @type {string} */ path) => path.slice(0, Math.max(path.lastIndexOf("/"), 0));
  const isInside = (/** @type {string} */ path) => {
    for (let at = path; at !== ""; ) {
      at = above(at);
      if (all.has(at)) return true;
    }
    return false;
  };
  return [...all].filter((path) => !isInside(path));
}

/** @param {string} name */
function unknown(name) {
  return new FossickError("not-found", `There is no folder ${name}.`, "See folders().");
}

/** @returns {Promise<IDBDatabase>} */
function database() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () =>
      request.result.createObjectStore(STORE, { keyPath: ["collection", "name"] });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * @param {(store: IDBObjectStore) => IDBRequest} work
 * @returns {Promise<any[]>} nothing where the browser keeps no such things
 */
async function read(work) {
  try {
    return await run("readonly", work);
  } catch (error) {
    console.warn("fossick: remembered folders cannot be read", error);
    return [];
  }
}

/** @param {(store: IDBObjectStore) => IDBRequest} work */
function write(work) {
  return run("readwrite", work);
}

/**
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest} work
 * @returns {Promise<any>}
 */
async function run(mode, work) {
  const db = await database();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    db.close();
  }
}
