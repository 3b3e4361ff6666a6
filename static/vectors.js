// @ts-check
/**
 * Vector indexes for callers with embeddings of their own. The vectors live in the engine's worker;
 * matrices go there and come back as transferred buffers.
 *
 * The methods are documented with their types in fossick.d.ts.
 */

import { FossickError } from "./errors.js";
import * as Comlink from "./vendor/comlink.js";

/** @typedef {import("./client.js").Fossick} Fossick */
/** @typedef {import("./fossick.js").VectorIndex} Contract */
/** @typedef {import("./fossick.js").Vector} Vector */
/** @typedef {import("./calls.js").CallOptions} CallOptions */

/** Bytes that a call takes: every browser can send as many, and Python has four times that in all. */
const MOST = 2 ** 30;

/** @typedef {{ counts: number[], ids: string[], scores: Float32Array }} Found */

/**
 * @param {Fossick} fossick
 * @param {import("./fossick.js").VectorOptions} options
 * @returns {Promise<VectorIndex>}
 */
export async function openVectors(fossick, options) {
  const { name, dim, metric, dtype, keepFloat32, recall, graph, signal } = options;
  for (const [option, value] of Object.entries({ dim, recall })) {
    if (value !== undefined && typeof value !== "number")
      throw new FossickError("bad-option", `The ${option} is no number.`);
  }
  const all = { metric, dtype, recall, graph, keep_float32: keepFloat32 };
  const given = Object.fromEntries(Object.entries(all).filter(([, one]) => one !== undefined));
  const opened = await ask(fossick, "open", { options: given, name, dim }, [], { signal });
  return new VectorIndex(fossick, name ?? "", opened);
}

/**
 * @param {Fossick} fossick
 * @returns {Promise<string[]>}
 */
export const vectorNames = (fossick) => ask(fossick, "names", {});

/**
 * @param {Fossick} fossick
 * @param {string} name
 * @returns {Promise<void>}
 */
export const deleteVectors = (fossick, name) => ask(fossick, "delete", { name });

/** @implements {Contract} */
export class VectorIndex {
  /**
   * @param {Fossick} fossick
   * @param {string} name
   * @param {{ handle: number, dim: number, metric: Contract["metric"], dtype: Contract["dtype"] }} opened
   */
  constructor(fossick, name, { handle, dim, metric, dtype }) {
    this.fossick = fossick;
    this.epoch = fossick.link.epoch;
    this.handle = handle;
    this.name = name;
    this.dim = dim;
    this.metric = metric;
    this.dtype = dtype;
  }

  /** @type {Contract["add"]} */
  add(id, vector, { signal } = {}) {
    return this.addBatch([id], vector, { signal });
  }

  /** @type {Contract["addBatch"]} */
  async addBatch(ids, vectors, { transfer = false, signal } = {}) {
    const given = Array.from(ids);
    const matrix = floats(vectors, transfer);
    await this.ask("add", { ids: given, vectors: matrix }, [matrix.buffer], { signal });
  }

  /** @type {Contract["remove"]} */
  remove(ids, { signal } = {}) {
    const given = typeof ids === "string" ? [ids] : Array.from(ids);
    return this.ask("remove", { ids: given }, [], { signal });
  }

  /** @type {Contract["get"]} */
  async get(id, { signal } = {}) {
    return (await this.ask("get", { id }, [], { signal, atOnce: true })).vector;
  }

  /** @type {Contract["search"]} */
  async search(query, options = {}) {
    return first(await this.find(floats(query), 1, options));
  }

  /** @type {Contract["searchBatch"]} */
  async searchBatch(queries, options = {}) {
    return split(await this.find(floats(queries), undefined, options));
  }

  /** @type {Contract["page"]} */
  async page(query, { offset = 0, limit = 10, signal } = {}) {
    const vector = floats(query);
    const args = { query: vector, offset, limit };
    return first(await this.ask("page", args, [vector.buffer], { signal, atOnce: true }));
  }

  /** @type {Contract["stats"]} */
  stats({ signal } = {}) {
    return this.ask("stats", {}, [], { signal, atOnce: true });
  }

  /** @type {Contract["vacuum"]} */
  vacuum({ signal } = {}) {
    return this.ask("vacuum", {}, [], { signal });
  }

  /** @type {Contract["clear"]} */
  clear({ signal } = {}) {
    return this.ask("clear", {}, [], { signal });
  }

  /** @type {Contract["audit"]} */
  async audit({ queries, k = 10, signal } = {}) {
    const matrix = queries === undefined ? undefined : floats(queries);
    const buffers = matrix ? [matrix.buffer] : [];
    return this.ask("audit", { k, queries: matrix }, buffers, { signal, atOnce: true });
  }

  /** @type {Contract["statistics"]} */
  statistics({ signal } = {}) {
    return this.ask("statistics", {}, [], { signal, atOnce: true });
  }

  /** @type {Contract["centroid"]} */
  async centroid({ among, signal } = {}) {
    const ids = among === undefined ? undefined : Array.from(among);
    return (await this.ask("centroid", { ids }, [], { signal, atOnce: true })).vector;
  }

  /** @type {Contract["components"]} */
  async components(m, { seed = 0, signal } = {}) {
    const found = await this.ask("components", { m, seed }, [], { signal, atOnce: true });
    return { ...found, axes: rows(found.axes, this.dim) };
  }

  /** @type {Contract["clusters"]} */
  async clusters(k, { seed = 0, signal } = {}) {
    const found = await this.ask("clusters", { k, seed }, [], { signal, atOnce: true });
    const { ids, sizes, centroids, inertia, converged } = found;
    let at = 0;
    const groups = rows(centroids, this.dim).map((centroid, group) => {
      const from = at;
      at += sizes[group];
      return { ids: ids.slice(from, at), centroid };
    });
    return { groups, inertia, converged };
  }

  /** @type {Contract["pool"]} */
  async pool(tokens, { texts = 1, strategy = "mean", mask, weights, signal } = {}) {
    const args = {
      tokens: floats(tokens),
      mask: mask && Float32Array.from(/** @type {any} */ (mask), Number),
      weights: weights && floats(weights),
    };
    const buffers = Object.values(args).flatMap((one) => (one ? [one.buffer] : []));
    const options = { signal, atOnce: true };
    const found = await this.ask("pool", { texts, strategy, ...args }, buffers, options);
    return rows(found.vectors, this.dim);
  }

  /** @type {Contract["normalise"]} */
  async normalise(vectors, { signal } = {}) {
    const matrix = floats(vectors);
    const options = { signal, atOnce: true };
    const found = await this.ask("normalise", { vectors: matrix }, [matrix.buffer], options);
    return rows(found.vectors, this.dim);
  }

  /** @type {Contract["close"]} */
  close() {
    return this.ask("close", {});
  }

  /**
   * @param {Float32Array} queries
   * @param {number | undefined} n of them; as many as there are if it is not told
   * @param {import("./fossick.js").NeighbourOptions} options
   * @returns {Promise<Found>}
   */
  find(queries, n, { k = 10, among, signal }) {
    const ids = among === undefined ? undefined : Array.from(among);
    const args = { queries, k, n, among: ids };
    return this.ask("search", args, [queries.buffer], { signal, atOnce: true });
  }

  /**
   * @param {string} call
   * @param {object} args
   * @param {Transferable[]} [buffers]
   * @param {CallOptions} [options]
   */
  ask(call, args, buffers, options) {
    if (this.epoch !== this.fossick.link.epoch) return Promise.reject(gone());
    return ask(this.fossick, call, { handle: this.handle, ...args }, buffers, options);
  }
}

/**
 * @param {Fossick} fossick
 * @param {string} call one of VECTOR_CALLS
 * @param {object} args
 * @param {Transferable[]} [buffers] that go over to the engine
 * @param {CallOptions} [options]
 */
function ask(fossick, call, args, buffers = [], options = {}) {
  return fossick.call("vectors", Comlink.transfer({ call, args }, buffers), {
    ...options,
    once: true,
  });
}

/**
 * The numbers as a Float32Array with a buffer of its own, which can be transferred.
 *
 * @param {Vector} vector
 * @param {boolean} [isGiven] whether the caller gives it away
 * @returns {Float32Array<ArrayBuffer>}
 */
function floats(vector, isGiven = false) {
  if (4 * vector?.length > MOST) throw noMemory();
  try {
    if (!(vector instanceof Float32Array)) return Float32Array.from(vector);
    const { buffer } = vector;
    const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === vector.byteLength;
    return /** @type {Float32Array<ArrayBuffer>} */ (isGiven && isWhole ? vector : vector.slice());
  } catch (error) {
    throw error instanceof RangeError ? noMemory() : notNumbers();
  }
}

function gone() {
  const message = "The engine was started anew, and the vector index was closed by that.";
  return new FossickError("closed", message, "Open it again; one without a name is lost.");
}

function noMemory() {
  const message = "There is no memory for so many vectors at once.";
  return new FossickError("quota-exceeded", message, "Give fewer at a time.");
}

function notNumbers() {
  const hint = "Give a Float32Array, or an array of numbers.";
  return new FossickError("bad-option", "A vector is made of numbers.", hint);
}

/**
 * @param {Float32Array} matrix
 * @param {number} dim
 * @returns {Float32Array[]}
 */
function rows(matrix, dim) {
  const from = (/** @type {number} */ row) => matrix.subarray(row * dim, (row + 1) * dim);
  return Array.from({ length: matrix.length / dim }, (_, row) => from(row));
}

/** @param {Found} found */
function split({ counts, ids, scores }) {
  let at = 0;
  return counts.map((count) => {
    const from = at;
    at += count;
    return { ids: ids.slice(from, at), scores: scores.subarray(from, at) };
  });
}

/** @param {Found} found of one query */
const first = ({ ids, scores }) => ({ ids, scores });
