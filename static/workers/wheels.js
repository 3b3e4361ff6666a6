// @ts-check
/** Packages that a reader of some format imports: installed when the first such file comes. */

import { FossickError } from "../errors.js";
import { install } from "./interpreter.js";
import { fetchText, fetchWheel } from "./site-files.js";

/** @type {Map<any, Map<string, Promise<void>>>} by interpreter and import name */
const installed = new Map();

/**
 * @param {any} pyodide
 * @param {string[]} names as they are imported
 */
export async function installWheels(pyodide, names) {
  if (!installed.has(pyodide)) installed.set(pyodide, new Map());
  const known = /** @type {Map<string, Promise<void>>} */ (installed.get(pyodide));
  for (const name of names) {
    if (!known.has(name)) known.set(name, installOne(pyodide, name));
  }
  await Promise.all(names.map((name) => known.get(name)));
}

/**
 * @param {any} pyodide
 * @param {string} name
 */
async function installOne(pyodide, name) {
  const { packages } = JSON.parse(await fetchText("pyodide/pyodide-lock.json"));
  /** @type {any[]} */
  const wanted = [];
  const collect = (/** @type {any} */ entry) => {
    if (!entry || wanted.includes(entry)) return;
    wanted.push(entry);
    for (const needed of entry.depends ?? []) collect(packages[needed]);
  };
  const entries = Object.values(packages);
  collect(entries.find((/** @type {any} */ entry) => entry.imports?.includes(name)));
  if (wanted.length === 0) throw new FossickError("unsupported", `The site lacks ${name}.`);
  const files = await Promise.all(wanted.map(fetchWheel));
  install(pyodide, files.flat());
  pyodide.pyimport("importlib").invalidate_caches();
}
