// @ts-check
/** A collection as a file and back: what the page has to do with it; the work is the engine's. */

import { FossickError } from "./errors.js";
import { checkOpener, checkPassphrase } from "./passphrase.js";

/** @typedef {import("./client.js").Fossick} Fossick */

/** Folder of exports in the origin private file system. */
const SHELF = "fossick-exports";
const ENDINGS = /** @type {const} */ ({
  fossick: "fossick",
  jsonl: "jsonl",
  parquet: "parquet",
  "llm-md": "md",
  "llm-zip": "zip",
});

/**
 * @param {Fossick} fossick
 * @param {import("./fossick.js").ExportOptions} options
 * @returns {Promise<import("./fossick.js").Exported>}
 */
export async function exportCollection(fossick, options) {
  const { source = "", text = true, words = true, vectors = true, format = "fossick" } = options;
  const { to, settings = {}, passphrase = null, signal, onProgress } = options;
  const ending = ENDINGS[/** @type {keyof typeof ENDINGS} */ (format)];
  if (!ending) {
    const hint = `Use one of ${Object.keys(ENDINGS).join(", ")}.`;
    throw new FossickError("bad-option", `There is no format "${format}".`, hint);
  }
  if (passphrase !== null) checkFilePassphrase(passphrase, format);
  const { collection } = fossick.options;
  const folders = await fossick.kept.list().catch(() => []);
  // What leaves a sealed collection plain is written where the user wants it, or nowhere.
  const isOpen = fossick.sealed.isSealed && passphrase === null;
  const own = isOpen ? null : await newFile(`${collection}.${ending}`);
  const handle = to ?? own;
  const answer = await fossick.call(
    "export",
    {
      to: handle,
      format,
      portion: { source, texts: text, words, vectors },
      collection,
      created: new Date().toISOString(),
      sources: folders.map(({ name }) => name),
      settings,
      passphrase,
    },
    { signal, onProgress },
  );
  const { blob, ...report } = answer;
  const file = handle ? await handle.getFile() : new File([blob], `${collection}.${ending}`);
  return { ...report, bytes: file.size, file };
}

/**
 * @param {Fossick} engine a collection in memory, whose engine does the work
 * @param {Blob} file
 * @param {import("./fossick.js").ImportOptions & { collection: string }} options
 * @returns {Promise<import("./fossick.js").Imported>}
 */
export async function importCollection(engine, file, options) {
  const { collection, storage = "auto", overwrite = false, signal, onProgress } = options;
  try {
    const sealing = checkOpener(options);
    const fileSealing = checkOpener({ passphrase: options.filePassphrase, key: options.fileKey });
    return await engine.call(
      "import_file",
      { file, collection, storage, overwrite, sealing, fileSealing },
      { signal, onProgress },
    );
  } finally {
    await engine.close();
  }
}

/**
 * @param {unknown} passphrase
 * @param {string} format
 */
function checkFilePassphrase(passphrase, format) {
  checkPassphrase(passphrase);
  if (format === "fossick") return;
  const hint = "Leave the passphrase out, or export the portable file.";
  throw new FossickError("bad-option", `The format "${format}" cannot be sealed.`, hint);
}

/** @param {unknown} file */
export function checkBlob(file) {
  if (file instanceof Blob) return file;
  const hint = "Give a File or a Blob, as export() answers with.";
  throw new FossickError("bad-option", "What is to be read is no file.", hint);
}

/**
 * A file of this page's own that is not in memory; null where the browser has none. It lasts as
 * long as the page: a lock says so, and whoever makes the next one removes those without.
 *
 * @param {string} name
 * @returns {Promise<FileSystemFileHandle | null>}
 */
async function newFile(name) {
  if (!navigator.storage?.getDirectory || !navigator.locks) return null;
  try {
    const root = await navigator.storage.getDirectory();
    const shelf = await root.getDirectoryHandle(SHELF, { create: true });
    await tidy(shelf);
    const folder = crypto.randomUUID();
    await held(folder);
    const own = await shelf.getDirectoryHandle(folder, { create: true });
    return await own.getFileHandle(name, { create: true });
  } catch {
    return null; // A private window: parts of a Blob do as well.
  }
}

/** Remove exports of pages that have gone. */
export async function dropExports() {
  try {
    await tidy(await (await navigator.storage.getDirectory()).getDirectoryHandle(SHELF));
  } catch {
    // There are none.
  }
}

/** @param {FileSystemDirectoryHandle} shelf */
async function tidy(shelf) {
  /** @type {string[]} */
  const names = [];
  for await (const name of shelf.keys()) names.push(name);
  for (const name of names) {
    await navigator.locks.request(`${SHELF}/${name}`, { ifAvailable: true }, async (lock) => {
      if (lock) await shelf.removeEntry(name, { recursive: true }).catch(() => {});
    });
  }
}

/**
 * Hold a lock until the page goes.
 *
 * @param {string} folder
 * @returns {Promise<void>}
 */
function held(folder) {
  return new Promise((resolve) => {
    void navigator.locks.request(`${SHELF}/${folder}`, () => {
      resolve();
      return new Promise(() => {});
    });
  });
}
