// @ts-check
/** The files of what a user picks: a file, a list of them, or a folder. */

import { FossickError } from "./errors.js";

/**
 * @param {any} source
 * @returns {Promise<{ path: string, blob: Blob }[]>}
 */
export async function filesOf(source) {
  if (source instanceof File) return [{ path: source.name, blob: source }];
  if (source?.kind === "directory") return walk(source, `${source.name}/`);
  if (source == null || !(Symbol.iterator in Object(source))) {
    const hint = "Give a zip as a File, a list of files, or a folder's handle.";
    throw new FossickError("bad-option", "The source of addModel() holds no files.", hint);
  }
  return Array.from(/** @type {Iterable<File>} */ (source), (file) => ({
    path: file.webkitRelativePath || file.name,
    blob: file,
  }));
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} path
 * @returns {Promise<{ path: string, blob: Blob }[]>}
 */
async function walk(folder, path) {
  const found = [];
  for await (const entry of folder.values()) {
    if (entry.name.startsWith(".")) continue;
    if (entry.kind === "file") found.push({ path: path + entry.name, blob: await entry.getFile() });
    else found.push(...(await walk(entry, `${path}${entry.name}/`)));
  }
  return found;
}
