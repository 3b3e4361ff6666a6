// @ts-check
/**
 * Start Python in this worker: from the device's image when there is one that fits, else plainly.
 *
 * A plain start fetches and unpacks the wheels and our bundle while Pyodide comes up, and makes
 * the image for the next time. A start from an image fetches Pyodide's own files and two small
 * text files. If anything goes wrong with an image it is dropped and a plain start follows.
 */

import { condemnImage, imageKey, keepImage, readImage } from "./device-image.js";
import { failed, fetchPackages, fetchText, VENDOR } from "./site-files.js";

/** @typedef {import("./unzip.js").ArchiveFile} ArchiveFile */
/**
 * @typedef {object} Interpreter
 * @property {any} pyodide
 * @property {any} module the Python module that was asked for
 * @property {"plain" | "image"} origin
 * @property {Record<string, number>} timings milliseconds by step
 * @property {() => Promise<boolean>} keep keep the image made by a plain start; false if none
 */

/** The module that the engine's worker begins with; any other does without NumPy. */
const ENGINE = "app.browser.boot";
const isNumpy = (/** @type {string} */ name) => name.startsWith("numpy");

/**
 * @param {object} options
 * @param {string} [options.module] what to import of our package
 * @param {(message: string, done: number, total: number) => void} [options.step] told what comes
 *   next
 * @param {boolean} [options.useImage] false starts plainly and leaves images alone
 * @returns {Promise<Interpreter>}
 */
export async function startInterpreter({ module = ENGINE, step = () => {}, useImage = true }) {
  const started = performance.now();
  step("Reading what this device keeps", 0, 4);
  // Pyodide asks for it later; by then it has been fetched and parsed.
  void import("../vendor/pyodide/pyodide.asm.mjs").catch(() => {});
  const [loader, bundle, lock] = await Promise.all([
    import("../vendor/pyodide/pyodide.mjs").catch((error) => failed("pyodide.mjs", error)),
    fetchText("app/bundle.json"),
    fetchText("pyodide/pyodide-lock.json"),
  ]);
  const key = useImage ? await imageKey([loader.version, bundle, lock]) : "";
  const site = { module, loader, lock, bundle: JSON.parse(bundle), key, step };
  const image = await readImage(key);
  const timings = { fetch: performance.now() - started };
  if (image) {
    try {
      return await startFromImage(site, image, timings);
    } catch (error) {
      console.warn("fossick: a start from the image failed, starting plainly", error);
      await condemnImage(key);
    }
  }
  return startPlainly(site, timings);
}

/** @typedef {{ module: string, loader: any, lock: string, bundle: any, key: string, step: Function }} Site */

/**
 * @param {Site} site
 * @param {import("./device-image.js").DeviceImage} image
 * @param {Record<string, number>} timings
 * @returns {Promise<Interpreter>}
 */
async function startFromImage(site, image, timings) {
  const time = stopwatch(timings);
  site.step("Waking Python", 1, 4);
  const pyodide = await load(site, {
    _loadSnapshot: image.memory,
    createPyodideModule: roomFor(image.memory.length),
  });
  time("pyodide");
  const whole = site.module === ENGINE;
  install(pyodide, whole ? image.files : image.files.filter(([name]) => !isNumpy(name)));
  pyodide.pyimport("app.browser.compiled.use")();
  time("unpack");
  const module = importModule(pyodide, site, time);
  return { pyodide, module, origin: "image", timings, keep: async () => false };
}

/**
 * @param {Site} site
 * @param {Record<string, number>} timings
 * @returns {Promise<Interpreter>}
 */
async function startPlainly(site, timings) {
  const time = stopwatch(timings);
  site.step("Starting Python", 1, 4);
  const whole = site.module === ENGINE;
  const packages = fetchPackages(site.lock, site.bundle, (name) => whole || !isNumpy(name));
  // Awaited below; without this a failing download would count as unhandled until then.
  packages.catch(() => {});
  const imaged = whole && Boolean(site.key);
  const pyodide = await load(site, { _makeSnapshot: imaged });
  time("pyodide");
  install(pyodide, await packages);
  pyodide.pyimport("sys").dont_write_bytecode = false;
  time("unpack");
  if (imaged) pyodide.pyimport("app.browser.preload").destroy();
  const memory = imaged ? makeSnapshot(pyodide) : null;
  time("snapshot");
  const module = importModule(pyodide, site, time);
  const keep = async () => {
    if (memory === null) return false;
    pyodide.pyimport("app.browser.compiled.write")();
    return keepImage(site.key, { memory, files: installed(pyodide) });
  };
  return { pyodide, module, origin: "plain", timings, keep };
}

/**
 * Pyodide's module with a heap of at least `bytes`: the snapshot is copied into it as it is, and
 * is larger than the heap of a fresh module when it was taken after some imports.
 *
 * @param {number} bytes
 */
function roomFor(bytes) {
  return async (/** @type {object} */ settings) => {
    const { default: create } = /** @type {any} */ (
      await import("../vendor/pyodide/pyodide.asm.mjs")
    );
    const module = await create(settings);
    // So large a block makes the heap grow; what the allocation wrote, the snapshot overwrites.
    if (module.HEAP8.length < bytes) module._malloc(bytes);
    return module;
  };
}

/**
 * @param {Site} site
 * @param {object} options
 */
function load(site, options) {
  return site.loader.loadPyodide({
    indexURL: `${VENDOR}pyodide/`,
    lockFileContents: site.lock,
    packageBaseUrl: `${VENDOR}pyodide/`,
    stdout: (/** @type {string} */ line) => console.debug(line),
    stderr: (/** @type {string} */ line) => console.warn(line),
    ...options,
  });
}

/** @param {any} pyodide */
function makeSnapshot(pyodide) {
  try {
    return /** @type {Uint8Array} */ (pyodide.makeMemorySnapshot());
  } catch (error) {
    console.warn("fossick: no image can be made of this interpreter", error);
    return null;
  }
}

/**
 * @param {any} pyodide
 * @param {Site} site
 * @param {(name: string) => void} time
 */
function importModule(pyodide, { module, step }, time) {
  if (module === ENGINE) {
    step("Loading NumPy", 2, 4);
    pyodide.pyimport("numpy").destroy();
    time("numpy");
  }
  step("Loading the engine", 3, 4);
  const imported = pyodide.pyimport(module);
  time("app");
  return imported;
}

/**
 * Write files below site-packages.
 *
 * @param {any} pyodide
 * @param {ArchiveFile[]} files
 */
export function install(pyodide, files) {
  const root = sitePackages(pyodide);
  const made = new Set();
  for (const [name, data] of files) {
    const folder = `${root}/${name.slice(0, name.lastIndexOf("/") + 1)}`;
    if (!made.has(folder)) pyodide.FS.mkdirTree(folder);
    made.add(folder);
    pyodide.FS.writeFile(`${root}/${name}`, data, { canOwn: true });
  }
}

/**
 * All files below site-packages; bytecode is in one of them, see `app.browser.compiled`.
 *
 * @param {any} pyodide
 * @returns {ArchiveFile[]}
 */
function installed(pyodide) {
  const root = sitePackages(pyodide);
  /** @type {ArchiveFile[]} */
  const files = [];
  const walk = (/** @type {string} */ folder) => {
    for (const name of pyodide.FS.readdir(`${root}/${folder}`)) {
      if ([".", "..", "__pycache__"].includes(name)) continue;
      const path = folder + name;
      if (pyodide.FS.isDir(pyodide.FS.stat(`${root}/${path}`).mode)) walk(`${path}/`);
      else files.push([path, pyodide.FS.readFile(`${root}/${path}`)]);
    }
  };
  walk("");
  return files;
}

/** @param {any} pyodide */
function sitePackages(pyodide) {
  const [major, minor] = pyodide._api.lockfile_info.python.split(".");
  return `/lib/python${major}.${minor}/site-packages`;
}

/**
 * A function that books the time since its last call under a name.
 *
 * @param {Record<string, number>} timings
 */
function stopwatch(timings) {
  let last = performance.now();
  return (/** @type {string} */ name) => {
    const now = performance.now();
    timings[name] = now - last;
    last = now;
  };
}
