// @ts-check
/** How fast this browser is on this device: the model on each device of it, indexing, search. */

import { Fossick } from "../fossick.js";
import { passages, queries } from "./texts.js";

/** @typedef {"webgpu" | "wasm"} Device */
/**
 * @typedef {object} ModelSpeed
 * @property {Device} device
 * @property {string} [failure] why there are no numbers
 * @property {string} [runs] what it runs on: adapter or runtime, threads, dtype
 * @property {number} [load] milliseconds until it was ready
 * @property {{ length: number, tokensPerSecond: number }[]} [rates] by tokens of a text
 * @property {number} [query] milliseconds of a short text, median
 */
/** @typedef {{ passages: number, perSecond: number, search: number, searchSlow: number }} EngineSpeed milliseconds, median and 95th of 100 */

export const LENGTHS = [50, 100, 200];
/** Repetitions of which the median is taken. */
const TIMES = 5;
const READY_WITHIN = 180_000;

/**
 * The model on one device, through the same engine as everything else.
 *
 * @param {Device} device
 * @param {number} texts of each length
 * @param {(done: string) => void} tell
 * @param {AbortSignal} signal
 * @returns {Promise<ModelSpeed>}
 */
export async function measureModel(device, texts, tell, signal) {
  tell("loading the model");
  const fossick = await Fossick.open({
    collection: `benchmark-${device}`,
    storage: "memory",
    // Asked for by name, an emulated GPU would do; nobody wants to know how slow that is.
    embedder: device === "wasm" ? { device } : "transformer",
    signal,
  });
  try {
    const began = performance.now();
    await modelReady(fossick, signal);
    const load = performance.now() - began;
    const info = fossick.info();
    if (info.state !== "ready" || info.device !== device) {
      const left = info.left.find((one) => one.device === device);
      return { device, failure: left?.reason ?? "the model did not start" };
    }
    const runs = [
      info.adapter || info.runtime,
      info.threads > 1 ? `${info.threads} threads` : "",
      info.dtype === "q8" ? "int8" : info.dtype,
    ];
    await fossick.embed(passages(LENGTHS[0] ?? 50, 8, 1), { signal }); // shaders, caches
    const rates = [];
    for (const length of LENGTHS) {
      tell(`texts of ${length} tokens`);
      rates.push({ length, tokensPerSecond: await rate(fossick, length, texts, signal) });
    }
    tell("queries");
    const times = [];
    for (const query of queries(20)) {
      times.push(await timed(() => fossick.embed(query, { signal })));
    }
    return { device, runs: runs.filter(Boolean).join(", "), load, rates, query: at(times, 0.5) };
  } finally {
    await fossick.close();
  }
}

/**
 * Indexing and searching by words, without a model.
 *
 * @param {number} count passages
 * @param {(done: string) => void} tell
 * @param {AbortSignal} signal
 * @returns {Promise<EngineSpeed>}
 */
export async function measureEngine(count, tell, signal) {
  tell("starting the engine");
  const fossick = await Fossick.open({
    collection: "benchmark",
    storage: "memory",
    embedder: "static",
    signal,
  });
  try {
    const files = passages(120, count, 2).map((text, n) => new File([text], `${n}.txt`));
    tell(`indexing ${count.toLocaleString()} texts`);
    const took = await timed(() => fossick.add(files, { signal }));
    tell("searching");
    const times = [];
    for (const query of queries(100)) {
      times.push(await timed(() => fossick.search(query, { mode: "keyword", signal })));
    }
    const perSecond = count / (took / 1000);
    return { passages: count, perSecond, search: at(times, 0.5), searchSlow: at(times, 0.95) };
  } finally {
    await fossick.close();
  }
}

/**
 * Tokens a second, median of several batches.
 *
 * @param {Fossick} fossick
 * @param {number} length
 * @param {number} texts
 * @param {AbortSignal} signal
 */
async function rate(fossick, length, texts, signal) {
  const found = [];
  for (let time = 0; time < TIMES; time++) {
    const batch = passages(length, texts, 10 + time);
    const began = performance.now();
    const made = await fossick.embed(batch, { signal });
    const seconds = (performance.now() - began) / 1000;
    found.push(made.reduce((sum, one) => sum + one.tokens, 0) / seconds);
  }
  return at(found, 0.5);
}

/** @param {Fossick} fossick @param {AbortSignal} signal @returns {Promise<void>} */
function modelReady(fossick, signal) {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (fossick.info().state === "loading") return;
      fossick.removeEventListener("status", look);
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(resolve, READY_WITHIN);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    fossick.addEventListener("status", look);
    look();
  });
}

/** @param {() => Promise<unknown>} work @returns {Promise<number>} milliseconds */
async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** The value that a share of all is not above. @param {number[]} values @param {number} share */
function at(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
