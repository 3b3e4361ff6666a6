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
/** Bytes that a call takes: every browser can send as many, and Python has four times that in all. */
const MOST = 2 ** 30;

/** @typedef {{ counts: number[], ids: string[], scores: Float32Array }} Found */

/**
 * @param {Fossick} fossick
 * @param {import("./fossick.js").VectorOptions} options
 * @returns {Promise<VectorIndex>}
 */
export async function openVectors(fossick, options) {
  const { name, dim, metric, dtype, keepFloat32, recall, graph } = options;
  for (const [option, value] of Object.entries({ dim, recall })) {
    if (value !== undefined && typeof value !== "number")
      throw new FossickError("bad-option", `The ${option} is no number.`);
  }
  const all = { metric, dtype, recall, graph, keep_float32: keepFloat32 };
  const given = Object.fromEntries(Object.entries(all).filter(([, one]) => one !== undefined));
  const opened = await ask(fossick, "open", { options: given, name, dim });
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
    this.handle = handle;
    this.name = name;
    this.dim = dim;
    this.metric = metric;
    this.dtype = dtype;
  }

  /** @type {Contract["add"]} */
  add(id, vector) {
    return this.addBatch([id], vector);
  }

  /** @type {Contract["addBatch"]} */
  async addBatch(ids, vectors, { transfer = false } = {}) {
    const matrix = floats(vectors, transfer);
    await this.ask("add", { ids: Array.from(ids), vectors: matrix }, [matrix.buffer]);
  }

  /** @type {Contract["remove"]} */
  remove(ids) {
    return this.ask("remove", { ids: typeof ids === "string" ? [ids] : Array.from(ids) });
  }

  /** @type {Contract["get"]} */
  async get(id) {
    return (await this.ask("get", { id })).vector;
  }

  /** @type {Contract["search"]} */
  async search(query, { k = 10, among } = {}) {
    return first(await this.find(floats(query), k, 1, among));
  }

  /** @type {Contract["searchBatch"]} */
  async searchBatch(queries, { k = 10, among } = {}) {
    return split(await this.find(floats(queries), k, undefined, among));
  }

  /** @type {Contract["page"]} */
  async page(query, { offset = 0, limit = 10 } = {}) {
    const vector = floats(query);
    return first(await this.ask("page", { query: vector, offset, limit }, [vector.buffer]));
  }

  /** @type {Contract["stats"]} */
  stats() {
    return this.ask("stats", {});
  }

  /** @type {Contract["clear"]} */
  clear() {
    return this.ask("clear", {});
  }

  /** @type {Contract["audit"]} */
  audit({ queries, k = 10 } = {}) {
    const matrix = queries === undefined ? undefined : floats(queries);
    return this.ask("audit", { k, queries: matrix }, matrix ? [matrix.buffer] : []);
  }

  /** @type {Contract["close"]} */
  close() {
    return this.ask("close", {});
  }

  /**
   * @param {Float32Array} queries
   * @param {number} k
   * @param {number | undefined} n of them; as many as there are if it is not told
   * @param {Iterable<string>} [among]
   * @returns {Promise<Found>}
   */
  find(queries, k, n, among) {
    const ids = among === undefined ? undefined : Array.from(among);
    return this.ask("search", { queries, k, n, among: ids }, [queries.buffer]);
  }

  /**
   * @param {string} call
   * @param {object} args
   * @param {Transferable[]} [buffers]
   */
  ask(call, args, buffers) {
    return ask(this.fossick, call, { handle: this.handle, ...args }, buffers);
  }
}

/**
 * @param {Fossick} fossick
 * @param {string} call one of VECTOR_CALLS
 * @param {object} args
 * @param {Transferable[]} [buffers] that go over to the engine
 */
function ask(fossick, call, args, buffers = []) {
  return fossick.call("vectors", Comlink.transfer({ call, args }, buffers));
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

function noMemory() {
  const message = "There is no memory for so many vectors at once.";
  return new FossickError("quota-exceeded", message, "Give fewer at a time.");
}

function notNumbers() {
  const hint = "Give a Float32Array, or an array of numbers.";
  return new FossickError("bad-option", "A vector is made of numbers.", hint);
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
