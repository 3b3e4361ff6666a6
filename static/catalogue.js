// @ts-check
/**
 * Models to choose from: those of `models.json`, and those that the user has put on this device.
 *
 * Nothing is fetched from the hub but by `installModel`. The methods are documented with their
 * types in fossick.d.ts.
 */

import { FossickError } from "./errors.js";
import { inWorker } from "./models-worker.js";
import { filesOf } from "./picked-files.js";
import {
  bytesOf,
  folderOf,
  ids,
  readCard,
  removeCard,
  removeFolder,
} from "./workers/models/shelf.js";

/** @typedef {import("./workers/models/download.js").ModelFile} ModelFile */
/** @typedef {import("./fossick.js").OwnModel} Own */
/**
 * A model as the catalogue and its card on this device describe it.
 *
 * @typedef {object} Entry
 * @property {string} id
 * @property {"embedder" | "reranker"} kind
 * @property {boolean} [bundled] comes with the site
 * @property {boolean} [own] brought by the user
 * @property {string} title
 * @property {string} description
 * @property {string} licence
 * @property {string} homepage
 * @property {string[]} languages "mul" where there are many
 * @property {number} dim 0 where it is not known yet
 * @property {number} maxTokens
 * @property {import("./models.js").Pooling} pooling
 * @property {{ query: string, passage: string }} prefixes
 * @property {import("./models.js").Dtype} dtype
 * @property {string} repository on the hub
 * @property {string} revision
 * @property {ModelFile[]} files a hash that is null is taken from the first download
 * @property {boolean} [pinned] whether all hashes were known before the download
 * @property {string} [onnx] path of the graph
 * @property {import("./models.js").Reference} [reference]
 */
/** @typedef {{ hub: { url: string, redirects: string[] }, models: Entry[] }} Catalogue */
/** @typedef {import("./fossick.js").Model} Model */
/** @typedef {import("./fossick.js").ModelOptions} ModelOptions */

/** @type {Promise<Catalogue> | null} */
let catalogue = null;

/** @returns {Promise<Catalogue>} */
function readCatalogue() {
  catalogue ??= fetch(new URL("./models.json", import.meta.url))
    .then((response) => {
      if (!response.ok) throw new Error(`models.json: the host answered ${response.status}`);
      return response.json();
    })
    .catch((error) => {
      catalogue = null;
      throw new FossickError("model-missing", error.message, "Reload the page while online.");
    });
  return catalogue;
}

/** @returns {Promise<Model[]>} */
export async function listModels() {
  const { models } = await readCatalogue();
  const kept = await ids();
  const known = new Set(models.map(({ id }) => id));
  const cards = await Promise.all(kept.filter((id) => !known.has(id)).map(readCard));
  const own = cards.filter((card) => card !== null);
  return Promise.all([...models, ...own].map((entry) => modelOf(entry, kept)));
}

/**
 * @param {Entry} entry
 * @param {string[]} kept ids of which something is on this device
 * @returns {Promise<Model>}
 */
async function modelOf(entry, kept) {
  const there = kept.includes(entry.id);
  const card = there ? await readCard(entry.id) : null;
  const { id, kind, title, description, licence, homepage, languages } = card ?? entry;
  const { dim, maxTokens, dtype, own = false, files } = card ?? entry;
  const downloaded = there ? await bytesOf(id) : 0;
  return {
    ...{ id, kind, title, description, licence, homepage, languages, dim, maxTokens, dtype, own },
    bytes: files.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
    state: entry.bundled ? "bundled" : card ? "installed" : downloaded ? "partial" : "available",
    downloaded,
    pinned: card?.pinned ?? entry.files.every(({ sha256 }) => sha256 !== null),
  };
}

/**
 * @param {string} id
 * @param {ModelOptions} [options]
 */
export async function installModel(id, options = {}) {
  const { hub, models } = await readCatalogue();
  const entry = models.find((one) => one.id === id);
  if (!entry) throw unknown(id);
  if (!entry.bundled) {
    await inWorker(options, (remote, tell) => remote.install(entry, hub.url, tell));
  }
  return modelOf(entry, await ids());
}

/**
 * @param {Iterable<File> | ArrayLike<File> | File | FileSystemDirectoryHandle} source
 * @param {Own & ModelOptions} [options]
 */
export async function addModel(source, options = {}) {
  const { onProgress, signal, ...own } = options;
  const files = await filesOf(source);
  if (files.length === 0) {
    const hint = "Give the folder of a model, or a zip of it.";
    throw new FossickError("model-unsuitable", "There are no files in it.", hint);
  }
  const { models } = await readCatalogue();
  const id = await inWorker({ onProgress, signal }, (remote, tell) => {
    return remote.take(
      files,
      own,
      models.map((one) => one.id),
      tell,
    );
  });
  return modelOf(/** @type {Entry} */ (await readCard(id)), await ids());
}

/** @param {string} id */
export async function removeModel(id) {
  const { models } = await readCatalogue();
  const folder = await folderOf(id);
  if (!folder) {
    if (models.some((one) => one.id === id)) return;
    throw unknown(id);
  }
  await navigator.locks.request(`fossick-models/${id}`, { ifAvailable: true }, async (lock) => {
    const hint = "Stop the download, or wait until it is done.";
    if (!lock) throw new FossickError("read-only", `The model ${id} is being installed.`, hint);
    await removeCard(folder);
    await removeFolder(id);
  });
}

/**
 * A model of this device, for `planEmbedder`. Rejects with `model-missing` for one that could be
 * installed, with `bad-option` for one that nobody knows.
 *
 * @param {string} id
 * @param {"embedder" | "reranker"} kind
 * @returns {Promise<{ card: import("./models.js").ModelCard, dtype: Entry["dtype"] }>}
 */
export async function installed(id, kind) {
  const found = await readCard(id);
  if (!found) {
    const { models } = await readCatalogue();
    if (!models.some((one) => one.id === id)) {
      const hint = "Fossick.models() lists what there is.";
      throw new FossickError("bad-option", `There is no model "${id}".`, hint);
    }
    const hint = "Fossick.models() lists what there is; Fossick.installModel() fetches one.";
    throw new FossickError("model-missing", `The model ${id} is not on this device.`, hint);
  }
  if (found.kind !== kind) {
    const hint = `Choose one whose kind is "${kind}".`;
    throw new FossickError("bad-option", `The model ${id} is no ${kind}.`, hint);
  }
  const { dim, maxTokens, pooling, prefixes, onnx, reference, revision, dtype } = found;
  const card = { name: id, kind, revision, dim, maxTokens, pooling, prefixes, stored: true };
  return { card: { ...card, onnx, reference }, dtype };
}

/** The id of the first reranker on this device. Rejects with `model-missing`. */
export async function anyReranker() {
  for (const id of await ids()) if ((await readCard(id))?.kind === "reranker") return id;
  const hint = "Fossick.installModel() fetches one; Fossick.models() lists them.";
  throw new FossickError("model-missing", "There is no reranker on this device.", hint);
}

/** @param {string} id */
function unknown(id) {
  const hint = "Fossick.models() lists what there is.";
  return new FossickError("not-found", `There is no model "${id}".`, hint);
}
