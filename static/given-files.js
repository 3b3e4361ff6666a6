// @ts-check
/**
 * Files that were given to `add` in this visit, by the path under which their documents are
 * known. A File or a handle is held, never its bytes.
 */

import { PathRegister } from "./workers/paths.js";

/** @typedef {Blob | FileSystemFileHandle} Given */

export class GivenFiles {
  constructor() {
    /** @type {Map<string, Given>} */
    this.files = new Map();
    /** @type {Map<string, FileSystemDirectoryHandle>} */
    this.folders = new Map();
  }

  /**
   * Takes note of what one call adds; it has to claim paths as workers/sources.js does.
   *
   * @param {any[]} sources
   */
  note(sources) {
    const register = new PathRegister();
    for (const one of sources) {
      if (one instanceof File) {
        this.files.set(register.claim(one.webkitRelativePath || one.name), one);
      } else if (one?.kind === "file") {
        this.files.set(register.claim(one.name), one);
      } else if (one?.kind === "directory") {
        this.folders.set(one.name, one);
      } else if (typeof one?.path === "string") {
        const path = register.claim(one.path);
        if (one.blob instanceof Blob) this.files.set(path, one.blob);
        else this.files.delete(path);
      }
    }
  }

  /**
   * @param {string} path
   * @returns {Promise<File | null>}
   */
  async file(path) {
    const given = this.files.get(path);
    if (given instanceof File) return given;
    if (given instanceof Blob) return new File([given], path.split("/").at(-1) ?? path);
    if (given) return given.getFile().catch(() => null);
    const [name, ...parts] = path.split("/");
    const folder = this.folders.get(name);
    return folder ? fileIn(folder, parts) : null;
  }
}

/**
 * The file at a path within a folder, null where there is none, or none that may be read.
 *
 * @param {FileSystemDirectoryHandle} folder
 * @param {readonly string[]} parts
 * @returns {Promise<File | null>}
 */
export async function fileIn(folder, parts) {
  try {
    let at = folder;
    for (const part of parts.slice(0, -1)) at = await at.getDirectoryHandle(part);
    return await (await at.getFileHandle(parts.at(-1) ?? "")).getFile();
  } catch {
    return null; // It has gone, or lies inside of another file.
  }
}
