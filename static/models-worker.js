// @ts-check
/** The worker that puts models on this device: it lives as long as its answer takes. */

import { FossickError, opened } from "./errors.js";
import { startWorker } from "./own-scripts.js";
import * as Comlink from "./vendor/comlink.js";

/** @typedef {import("./fossick.js").ModelOptions} ModelOptions */

/**
 * @param {ModelOptions} options
 * @param {(remote: any, tell: any) => Promise<any>} ask
 */
export async function inWorker({ onProgress, signal }, ask) {
  if (signal?.aborted) throw new FossickError("cancelled", "The caller gave up.");
  const worker = startWorker(
    new URL("./workers/models.worker.js", import.meta.url),
    "fossick models",
  );
  const { promise: died, reject } = Promise.withResolvers();
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new FossickError("internal", event.message || "The script could not be loaded."));
  };
  const remote = /** @type {any} */ (Comlink.wrap(worker));
  const stop = () => void remote.stop();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return opened(await Promise.race([ask(remote, Comlink.proxy(teller(onProgress))), died]));
  } finally {
    signal?.removeEventListener("abort", stop);
    worker.terminate();
  }
}

/**
 * Progress with its rate, from counts of bytes.
 *
 * @param {ModelOptions["onProgress"]} onProgress
 */
function teller(onProgress) {
  const begun = performance.now();
  let first = -1;
  return (
    /** @type {"download" | "check"} */ phase,
    /** @type {number} */ done,
    /** @type {number} */ total,
    /** @type {string} */ path,
  ) => {
    if (phase === "check") return onProgress?.({ phase, done, total });
    if (first < 0) first = done; // what was there already took no time
    const seconds = (performance.now() - begun) / 1000;
    const rate = seconds > 0.5 ? Math.max(done - first, 0) / seconds : 0;
    const left = rate > 0 && total > 0 ? { rate, secondsLeft: (total - done) / rate } : {};
    onProgress?.({ phase, done, total, unit: "bytes", path, ...left });
  };
}
