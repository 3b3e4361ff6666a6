// @ts-check
/** Files that were refused, read again where they are at hand. */

/** @typedef {{ path: string, blob: File, modified: number }} Again */

/**
 * Where files that are to be read again come from: remembered folders, or files of this visit. A
 * file inside of another comes with that.
 *
 * @param {import("./client.js").Fossick} fossick
 * @param {readonly string[]} paths
 */
export async function atHand(fossick, paths) {
  const folders = (await fossick.folders()).filter(({ permission }) => permission === "granted");
  const names = new Set(folders.map(({ name }) => name));
  /** @type {Set<string>} */
  const wanted = new Set();
  /** @type {Map<string, Again>} */
  const files = new Map();
  const found = [];
  const missing = [];
  for (const path of paths) {
    const outer = await outermost(fossick, path);
    if (!outer) {
      missing.push(path);
      continue;
    }
    found.push(path);
    const name = outer.path.split("/")[0];
    if (outer.path.includes("/") && names.has(name)) wanted.add(name);
    else files.set(outer.path, outer);
  }
  return { found, missing, folders: [...wanted], files: [...files.values()] };
}

/**
 * The file of this path, or the one that it lies in.
 *
 * @param {import("./client.js").Fossick} fossick
 * @param {string} path
 * @returns {Promise<Again | null>}
 */
export async function outermost(fossick, path) {
  for (let at = path; at; at = at.slice(0, Math.max(0, at.lastIndexOf("/")))) {
    const blob = await fossick.file(at);
    if (blob) return { path: at, blob, modified: blob.lastModified };
  }
  return null;
}
