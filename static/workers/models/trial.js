// @ts-check
/** The trial of a model that was just put on this device, in a worker that ends with it. */

import { FossickError, opened } from "../../errors.js";
import { startWorker } from "../../own-scripts.js";
import * as Comlink from "../../vendor/comlink.js";

/** @typedef {import("../../catalogue.js").Entry} Entry */

/** A trial that takes longer has hung. */
const TRIAL_LIMIT = 5 * 60_000;

/**
 * In a worker of its own, so that its memory is given back.
 *
 * @param {Entry} entry
 * @param {AbortSignal} signal
 * @returns {Promise<import("./trial.worker.js").Found>}
 */
export async function tryOut(entry, signal) {
  const worker = startWorker(new URL("./trial.worker.js", import.meta.url), "fossick trial");
  const { promise: ended, reject } = Promise.withResolvers();
  const broken = (/** @type {string} */ why) => reject(new FossickError("model-failed", why));
  const timer = setTimeout(() => broken("The trial of the model took too long."), TRIAL_LIMIT);
  worker.onerror = (event) => broken(`The trial of the model failed: ${event.message}`);
  const stop = () => reject(new FossickError("cancelled", "The trial was stopped."));
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    const remote = /** @type {any} */ (Comlink.wrap(worker));
    return opened(await Promise.race([remote.run(entry), ended]));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    worker.terminate();
  }
}
