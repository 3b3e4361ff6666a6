// @ts-check
/**
 * Keeps a model running beside the engine: starts an inference worker with the first device of
 * the plan, the next one when it fails, and hands each new worker's port to the engine.
 *
 * One worker is one device. A worker that fails, crashes or hangs is ended, never mended; a device
 * that had worked until then gets a second chance.
 */

import { capabilities } from "./capabilities.js";
import { opened } from "./errors.js";
import { spaceName } from "./models.js";
import { startWorker } from "./own-scripts.js";
import * as Comlink from "./vendor/comlink.js";

/** @typedef {import("./models.js").EmbedderPlan} EmbedderPlan */
/** @typedef {import("./models.js").Device} Device */
/**
 * @typedef {object} ModelInfo
 * @property {"off" | "loading" | "ready" | "failed"} state
 * @property {string} model name of the vector space
 * @property {number} dim
 * @property {string} dtype
 * @property {string} device "webgpu", "wasm" or "" while there is none
 * @property {number} worker number of the worker, counted up from 1
 * @property {string} adapter name of the GPU
 * @property {string} runtime what computes: our own encoder, or ONNX Runtime
 * @property {number} threads
 * @property {number} loadMs
 * @property {number} tokensPerSecond measured as it works, 0 before
 * @property {{ device: string, reason: string }[]} left devices that were given up, and why
 */
/**
 * @typedef {object} HostEvents
 * @property {(port: MessagePort, info: ModelInfo) => void} onPort a model is ready at this port
 * @property {() => void} onLeft the model at the last port has gone, another is being started
 * @property {(message: string) => void} onGone no device is left; `message` says why
 * @property {(info: ModelInfo, note: string) => void} onStatus
 * @property {(progress: import("./fossick.js").Progress) => void} onProgress of loading
 */

/** @typedef {import("./workers/engine.worker.js").ModelUse} ModelUse */

/** A model that loads for longer has hung; the download of 50 MB on a slow line has not. */
const LOAD_LIMIT = 15 * 60_000;

/**
 * What hands a model to the engine.
 *
 * @param {() => any} engine
 * @param {ModelUse} use
 * @param {EmbedderPlan} plan
 * @returns {Pick<HostEvents, "onPort" | "onLeft" | "onGone">}
 */
export function handingTo(engine, use, { card, dtype }) {
  const model = spaceName(card, dtype);
  return {
    onPort: (port, info) => void engine().attachModel(use, Comlink.transfer(port, [port]), info),
    onLeft: () => void engine().detachModel(use, model),
    onGone: (message) => void engine().giveUpModel(use, model, message),
  };
}

export class InferenceHost {
  /**
   * @param {EmbedderPlan} plan
   * @param {HostEvents} events
   */
  constructor(plan, events) {
    this.plan = plan;
    this.events = events;
    /** @type {Device[]} */
    this.devices = [...plan.devices];
    /** @type {Worker | null} */
    this.worker = null;
    /** @type {any} the worker's calls */
    this.remote = null;
    this.closed = false;
    this.starting = Promise.resolve();
    /** @type {ModelInfo} */
    this.info = {
      state: plan.transformer ? "loading" : "off",
      model: spaceName(plan.card, plan.dtype),
      dim: plan.card.dim,
      dtype: plan.dtype,
      device: "",
      worker: 0,
      adapter: "",
      runtime: "",
      threads: 0,
      loadMs: 0,
      tokensPerSecond: 0,
      left: [],
    };
  }

  /** Try the devices in order until one works. Never rejects. */
  start() {
    this.starting = this.tryAll();
    return this.starting;
  }

  async tryAll() {
    for (let device = this.devices.shift(); device && !this.closed; device = this.devices.shift()) {
      try {
        await this.tryDevice(device);
        return;
      } catch (error) {
        if (this.closed) return;
        this.leave(device, error);
      }
    }
    if (this.closed) return;
    this.update({ state: "failed", device: "" }, this.reasons());
    this.tell("", 1, 1);
    this.events.onGone(this.reasons());
  }

  reasons() {
    const reasons = this.info.left.map(({ device, reason }) => `${device}: ${reason}`).join("; ");
    return `The model cannot be used (${reasons}).`;
  }

  /** Try all devices once more, after none was left. Never rejects. */
  retry() {
    if (this.closed || this.info.state !== "failed") return this.starting;
    this.devices = [...this.plan.devices];
    this.events.onLeft(); // who asks for vectors waits again
    this.update({ state: "loading", left: [] }, "");
    return this.start();
  }

  /** @param {Device} device */
  async tryDevice(device) {
    if (device === "webgpu" && !capabilities().webgpu) throw new Error("no WebGPU in this browser");
    this.tell(device, 0, 0);
    const worker = startWorker(
      new URL("./workers/inference.worker.js", import.meta.url),
      `fossick inference ${device}`,
    );
    this.worker = worker;
    const { promise: died, reject } = Promise.withResolvers();
    died.catch((error) => this.abandon(worker, device, error.message));
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message || "its script could not be loaded"));
    };
    const timer = setTimeout(() => reject(new Error("it took too long to load")), LOAD_LIMIT);
    const remote = /** @type {any} */ (Comlink.wrap(worker));
    const { card, dtype, software, threads } = this.plan;
    const loading = remote.load(
      { card, device, dtype, software, threads },
      Comlink.proxy((/** @type {number} */ done, /** @type {number} */ total) => {
        // All bytes loaded is not ready yet: the session is still to be made.
        if (worker === this.worker) this.tell(device, Math.min(done, total * 0.99), total);
      }),
      Comlink.proxy((/** @type {string} */ message) => this.abandon(worker, device, message)),
      Comlink.proxy((/** @type {number} */ tokensPerSecond) => {
        if (worker === this.worker) this.info = { ...this.info, tokensPerSecond };
      }),
    );
    const loaded = opened(await Promise.race([loading, died]).finally(() => clearTimeout(timer)));
    this.remote = remote;
    this.update({ state: "ready", worker: this.info.worker + 1, ...loaded }, "");
    this.tell(device, 1, 1);
    this.connect();
  }

  connect() {
    const { port1, port2 } = new MessageChannel();
    this.remote.connect(Comlink.transfer(port1, [port1]));
    this.events.onPort(port2, this.info);
  }

  /** There is another engine: hand it the model that there is, or tell it that there is none. */
  reconnect() {
    if (this.info.state === "ready") this.connect();
    else if (this.info.state === "failed") this.events.onGone(this.reasons());
  }

  /**
   * @param {string} device
   * @param {number} done
   * @param {number} total
   */
  tell(device, done, total) {
    const message = `Loading the model for ${device}`;
    this.events.onProgress({ phase: "model", done, total, unit: "bytes", message });
  }

  /**
   * The engine got no answer from a worker: go on with the next device, unless that is done.
   *
   * @param {number} number of the worker
   * @param {string} message
   */
  abandonNumber(number, message) {
    const { worker, info } = this;
    if (worker && info.worker === number)
      this.abandon(worker, /** @type {Device} */ (info.device), message);
  }

  /**
   * @param {Worker} worker
   * @param {Device} device
   * @param {string} message
   */
  abandon(worker, device, message) {
    if (this.closed || worker !== this.worker || this.info.state !== "ready") return;
    this.leave(device, new Error(message));
    void this.start();
  }

  /**
   * @param {Device} device
   * @param {unknown} error
   */
  leave(device, error) {
    this.worker?.terminate();
    this.worker = null;
    const reason = error instanceof Error ? error.message : String(error);
    const left = [...this.info.left, { device, reason }];
    const worked = this.info.state === "ready";
    if (worked) {
      this.events.onLeft();
      // It has worked: perhaps it was the text, or memory. Once more, after all others.
      if (!this.info.left.some((one) => one.device === device)) this.devices.push(device);
    }
    const goesOn = worked && this.devices.length > 0;
    const note = goesOn ? `The model on ${device} failed and is started anew: ${reason}` : "";
    this.update({ state: "loading", device: "", left }, note);
  }

  /**
   * @param {Partial<ModelInfo>} change
   * @param {string} note a sentence for the user, empty for none
   */
  update(change, note) {
    this.info = { ...this.info, ...change };
    this.events.onStatus(this.info, note);
  }

  close() {
    this.closed = true;
    this.worker?.terminate();
    this.worker = null;
  }
}
