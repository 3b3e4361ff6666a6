// @ts-check
/** The files of the site that Python is made of: fetched, checked and unpacked. */

import { FossickError } from "../errors.js";
import { hex } from "./device-image.js";
import { unzip } from "./unzip.js";

/** @typedef {{ file_name: string, sha256: string }} Wheel */

export const VENDOR = new URL("../vendor/", import.meta.url).href;
const INCOMPLETE = "Reload the page; if this stays, the site is incomplete.";
/** Packages that the engine imports, by their names in the lock file. */
const PACKAGES = ["numpy", "snowballstemmer"];
/** Tests, stubs and headers make up half of NumPy's wheel and are never imported. */
const NEEDLESS = /\/tests\/(?!_natype)|\.(?:pyi|h|a|pxd)$|\/f2py\/src\//;

/**
 * All files that belong below site-packages: of the wheels that the lock file names, and ours.
 *
 * @param {string} lock
 * @param {{ sha256: string }} bundle
 * @param {(name: string) => boolean} wanted which of the packages
 * @returns {Promise<import("./unzip.js").ArchiveFile[]>}
 */
export async function fetchPackages(lock, bundle, wanted) {
  const archives = await Promise.all([
    ...wheels(lock, PACKAGES.filter(wanted)).map(fetchWheel),
    fetchBundle(bundle),
  ]);
  return archives.flat();
}

/**
 * @param {string} lock
 * @param {string[]} names
 */
function wheels(lock, names) {
  const { packages } = JSON.parse(lock);
  return names.map((name) => {
    if (!packages[name]) throw new FossickError("boot-failed", `${name} is not in the lock file.`);
    return /** @type {Wheel} */ (packages[name]);
  });
}

/** @param {Wheel} wheel */
export async function fetchWheel({ file_name, sha256 }) {
  const archive = await fetchChecked(`pyodide/${file_name}`, sha256);
  return unzip(archive, (name) => !NEEDLESS.test(name));
}

/** @param {{ sha256: string }} bundle */
async function fetchBundle({ sha256 }) {
  return unzip(await fetchChecked("app/app.zip", sha256));
}

/**
 * @param {string} path below vendor/
 * @param {string} sha256 of the content, in hex
 */
async function fetchChecked(path, sha256) {
  const data = await (await fetchOk(path)).arrayBuffer();
  const actual = crypto.subtle ? hex(await crypto.subtle.digest("SHA-256", data)) : sha256;
  if (actual === sha256) return data;
  const hint = "The site has changed while it was loading, or a file was damaged. Reload the page.";
  throw new FossickError("boot-failed", `${path} does not have the content it should have.`, hint);
}

/** @param {string} path */
export async function fetchText(path) {
  return (await fetchOk(path)).text();
}

/**
 * @param {string} path below vendor/
 * @returns {Promise<Response>}
 */
async function fetchOk(path) {
  // Never older than the page: a wheel or bundle of yesterday with a lock of today would not fit.
  const response = await fetch(VENDOR + path, { cache: "no-cache" }).catch((e) => failed(path, e));
  return response.ok ? response : failed(path, `status ${response.status}`);
}

/**
 * @param {string} path
 * @param {unknown} cause
 * @returns {never}
 */
export function failed(path, cause) {
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new FossickError("boot-failed", `${path} could not be loaded: ${reason}.`, INCOMPLETE);
}

/**
 * @param {string} path below vendor/
 * @returns {Promise<string>} empty where it cannot be had: lengths are then estimated
 */
export async function fetchVocabulary(path) {
  try {
    const response = await fetch(new URL(`../vendor/${path}`, import.meta.url));
    return response.ok ? await response.text() : "";
  } catch {
    return "";
  }
}

/** The table of static vectors, when it is first needed. */
export async function fetchTable() {
  const response = await fetch(new URL("../models/static-minilm-256.npz", import.meta.url));
  if (!response.ok) throw new FossickError("model-missing", "The table of vectors is missing.");
  return new Uint8Array(await response.arrayBuffer());
}
