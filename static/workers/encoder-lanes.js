// @ts-check
/**
 * Lanes of our own encoder: a worker each, so that they need no shared memory and leave the queue's
 * thread free for tokens and for queries that come in.
 */

import { opened } from "../errors.js";
import { startWorker } from "../own-scripts.js";
import * as Comlink from "../vendor/comlink.js";
import { MOST_TOKENS } from "./bert.js";

/** @typedef {import("./embedding-queue.js").Lane} Lane */

const FOLDER = new URL("../vendor/encoder/", import.meta.url);
/** Each has the model's weights for itself, some 36 MB. */
const MOST_LANES = 4;
/** Milliseconds that a batch takes: a query waits for half of that, and more gains nothing. */
const BATCH_TIME = 50;

/** A module with one instruction of relaxed SIMD, i32x4.relaxed_dot_i8x16_i7x16_add_s. */
const RELAXED = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0],
  ...[65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, 253, 147, 2, 11],
);

/** Which of the two builds this browser runs. */
export const encoderBuild = () => (WebAssembly.validate(RELAXED) ? "relaxed" : "plain");

/** Lanes that suit a processor: the page and the engine need a core of more than two. */
export function laneCount(cores = navigator.hardwareConcurrency || 1) {
  return Math.max(1, Math.min(cores <= 2 ? cores : cores - 1, MOST_LANES));
}

/**
 * @param {Uint8Array} file an ONNX file
 * @param {object} options
 * @param {number} options.count
 * @param {"mean" | "cls"} options.pooling
 * @param {string} [options.build] "relaxed" or "plain"
 * @param {(error: Error) => void} options.onDeath a worker has ended by itself
 * @returns {Promise<Lane[]>} rejects when the file is of another kind than the encoder's
 */
export async function startLanes(file, { count, pooling, build = encoderBuild(), onDeath }) {
  const response = await fetch(new URL(`${build}.wasm`, FOLDER));
  if (!response.ok) throw new Error(`the encoder: status ${response.status}`);
  const module = await WebAssembly.compile(await response.arrayBuffer());
  const started = Array.from({ length: count }, () => startLane(pooling, onDeath));
  try {
    await Promise.all(
      started.map(async ({ remote, died }) => {
        const own = file.slice();
        const loading = remote.load(module, Comlink.transfer(own, [own.buffer]));
        opened(await Promise.race([loading, died]));
      }),
    );
  } catch (error) {
    for (const { lane } of started) lane.close();
    throw error;
  }
  return started.map(({ lane }) => lane);
}

/**
 * @param {"mean" | "cls"} pooling
 * @param {(error: Error) => void} onDeath
 */
function startLane(pooling, onDeath) {
  const worker = startWorker(new URL("./encoder.worker.js", import.meta.url), "fossick encoder");
  const { promise: died, reject } = Promise.withResolvers();
  died.catch(onDeath);
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(event.message || "an encoder's script could not be loaded"));
  };
  const remote = /** @type {any} */ (Comlink.wrap(worker));
  /** @type {Lane} */
  const lane = {
    padded: false,
    most: MOST_TOKENS,
    time: BATCH_TIME,
    async run(rows) {
      const lengths = Uint32Array.from(rows, (row) => row.length);
      const ids = new Uint32Array(lengths.reduce((total, length) => total + length, 0));
      let at = 0;
      for (const row of rows) {
        ids.set(row, at);
        at += row.length;
      }
      return opened(await Promise.race([remote.encode(ids, lengths, pooling), died]));
    },
    heap: () => remote.heap(),
    close: () => worker.terminate(),
  };
  return { lane, remote, died };
}
