// @ts-check
/**
 * The engine's worker: Python, the index and the storage live here. It answers the page's calls
 * by passing them to `app.browser.bridge`, and owns the parse workers.
 *
 * No answer is ever an exception: see errors.js for the envelope that all answers are in.
 */

import "./requests.js";
import { enveloped, FossickError, opened } from "../errors.js";
import { firstLock } from "../sealed-file.js";
import * as Comlink from "../vendor/comlink.js";
import { Ciphers } from "./ciphers.js";
import { InferenceClient } from "./inference-client.js";
import { startInterpreter } from "./interpreter.js";
import { compileKernels, kernelsOver } from "./kernels.js";
import { nextTask } from "./next-task.js";
import { ParsePool } from "./parse-pool.js";
import { BlobRanges, withFiles } from "./portable-files.js";
import { Role } from "./role.js";
import { fetchTable, fetchVocabulary } from "./site-files.js";
import { gather } from "./sources.js";
import { chooseStore, WriterTurn } from "./stores.js";
import { handingOver } from "./transfers.js";

/**
 * @typedef {object} StartOptions
 * @property {string} collection
 * @property {"auto" | "opfs" | "indexeddb" | "memory"} storage
 * @property {{ transformer: boolean, static: boolean, hash: boolean }} embedder
 * @property {{ model: string, dim: number, maxTokens: number, dtype: string }} space of the model
 * @property {string} vocabulary path of the model's vocabulary below vendor/
 * @property {Record<string, number>} limits of readers, those that are not the defaults
 * @property {Blob | null} from an exported file that is searched where it lies
 * @property {Sealing} [sealing]
 * @property {boolean} [useImage] false: start Python without what this device keeps
 * @property {string} alive name of a lock that is held as long as this worker lives
 */
/**
 * What opens a sealed collection, or the sealed file that is opened in its place: a passphrase, or
 * the key that an engine before this one had. An `act` comes first.
 *
 * @typedef {{ passphrase?: string | null, key?: CryptoKey | null, act?: "seal" | "unseal" | null }} Sealing
 */
/** What a model is for. @typedef {"embedder" | "reranker" | "former"} ModelUse */
/**
 * What the page hears of without having asked: progress of the start (`id` 0) or of the call
 * with this `id`, another embedder taking over, a model that does not answer, a commit that
 * searches see from now on, that this tab writes from now on, work that another tab has had done
 * here, a former model that is wanted for queries ("" for none), and that Python has died.
 *
 * @typedef {{ type: "progress", id: number, progress: object }
 *   | { type: "embedder", embedder: object | null, note: string }
 *   | { type: "hung", use: ModelUse, worker: number, message: string }
 *   | { type: "former", model: string }
 *   | { type: "commit", generation: number, documents: number }
 *   | { type: "writer", lost: boolean } | { type: "carried" }
 *   | { type: "died", message: string }} EngineEvent
 */
/**
 * @typedef {object} Started
 * @property {{ kind: import("../fossick.js").StorageKind, writable: boolean, note: string }} storage
 * @property {CryptoKey | null} key of a sealed collection or file; it cannot be read, only used
 * @property {Record<string, string>} versions
 * @property {{ origin: "plain" | "image", timings: Record<string, number> }} startup
 */

/** The image is kept when the first work is likely to be over. */
const KEEP_AFTER = 2000;
const STEPS = 5;
/** How long a reloaded page waits for its former self to let go, in milliseconds. */
const PATIENCE = 300;

/** The space of a model that is not known yet. */
const LATER = { model: "", dim: 1, maxTokens: 0, dtype: "" };

const ACTS = {
  open: "Opening the collection",
  seal: "Sealing the collection",
  unseal: "Unsealing the collection",
};

class Engine {
  constructor() {
    /** @type {any} */
    this.endpoint = null;
    /** @type {any} kept, as each look at a method makes a new proxy of it */
    this.callPython = null;
    /**
     * By what they are for; nothing loads a reranker or a former model before it is asked for.
     * @type {Partial<Record<ModelUse, InferenceClient>>}
     */
    this.models = {
      reranker: this.clientFor("reranker", LATER),
      former: this.clientFor("former", LATER),
    };
    /** @type {Map<number, boolean>} calls under way, and whether they are cancelled */
    this.calls = new Map();
    this.vocabulary = Promise.resolve("");
    this.parse = new ParsePool(() => this.vocabulary);
    this.onEvent = (/** @type {EngineEvent} */ _event) => {};
    /** Settles when the page has heard which embedder is in use: events and answers may overtake. */
    this.heard = Promise.resolve();
    /** Whether this tab writes, and what it has to do with the others. @type {Role | null} */
    this.role = null;
    /** Whether Python has died; nothing is answered any more then. */
    this.isDead = false;
    /** @type {any} Pyodide */
    this.python = null;
  }

  /**
   * @param {StartOptions} options
   * @param {(event: EngineEvent) => void} onEvent
   */
  start(options, onEvent) {
    this.onEvent = onEvent;
    if (options.embedder.transformer) {
      this.models.embedder = this.clientFor("embedder", options.space);
    }
    return enveloped(() => this.startNow(options), "boot-failed");
  }

  /**
   * @param {ModelUse} use
   * @param {StartOptions["space"]} space
   */
  clientFor(use, space) {
    return new InferenceClient(space, (worker, message) =>
      this.onEvent({ type: "hung", use, worker, message }),
    );
  }

  /**
   * @param {StartOptions} options
   * @returns {Promise<Started>}
   */
  async startNow(options) {
    const begun = performance.now();
    const step = (/** @type {string} */ message, done = 0) => this.bootProgress(message, done);
    void navigator.locks?.request(options.alive, () => new Promise(() => {}));
    this.vocabulary = fetchVocabulary(options.vocabulary);
    this.parse = new ParsePool(() => this.vocabulary, { limits: options.limits });
    const ciphers = new Ciphers();
    const { passphrase = null, key = null, act = null } = options.sealing ?? {};
    const choosing = chooseStore(options.storage, options.collection);
    if (passphrase && act !== "seal") {
      const { from } = options;
      const lock = from
        ? firstLock(from)
        : choosing.then(({ store }) => store?.peek("lock-a") ?? null);
      // Where that fails, it takes a little longer.
      void lock.then((data) => ciphers.foresee(data, passphrase)).catch(() => {});
    }
    const turn = options.storage === "memory" ? null : new WriterTurn(options.collection);
    const [python, choice, vocabulary, kernels] = await Promise.all([
      startInterpreter({ step, useImage: options.useImage }),
      choosing,
      this.vocabulary,
      compileKernels(),
    ]);
    this.role = new Role(this, `${options.collection}/${choice.kind}`, choice.store && turn);
    if (!choice.store) turn?.release();
    this.python = python.pyodide;
    this.python._api.on_fatal = (/** @type {unknown} */ error) => this.die(error);
    const writable = await this.role.settled(PATIENCE);
    step(ACTS[act ?? "open"], STEPS - 1);
    const opening = performance.now();
    const booted = await python.module.boot({
      files: choice.store,
      exported: options.from ? new BlobRanges(options.from) : null,
      writable,
      sealing: { ciphers, passphrase, key, act },
      embedder: options.embedder,
      inference: this.models.embedder ?? null,
      reranker: this.models.reranker,
      former: this.models.former,
      parse: this.parse,
      vocabulary,
      limits: JSON.stringify(options.limits),
      staticTable: fetchTable,
      memory: memoryOf(python.pyodide),
      kernels: kernelsOver(kernels, python.pyodide._module.memory),
      onEmbedder: (/** @type {object | undefined} */ embedder, /** @type {string} */ note) => {
        this.heard = this.tellEmbedder(embedder ?? null, note);
      },
      onFormer: (/** @type {string} */ model) => void this.onEvent({ type: "former", model }),
      onCommit: (/** @type {number} */ generation, /** @type {number} */ documents) => {
        this.role?.committed();
        void this.onEvent({ type: "commit", generation, documents });
      },
    });
    if (booted.ok === false) opened(booted);
    this.endpoint = booted;
    this.callPython = this.endpoint.call;
    this.role.begin();
    const now = performance.now();
    const timings = { ...python.timings, open: now - opening, total: now - begun };
    setTimeout(() => void python.keep(), KEEP_AFTER);
    step("Ready", STEPS);
    return {
      storage: options.from
        ? { kind: "file", writable: false, note: "" }
        : { kind: choice.kind, writable, note: choice.note },
      key: this.endpoint.sealed ? ciphers.key : null,
      versions: { ...this.endpoint.versions(), pyodide: python.pyodide.version },
      startup: { origin: python.origin, timings },
    };
  }

  /** @param {unknown} error that Python does not get over */
  die(error) {
    this.isDead = true;
    const message = error instanceof Error ? error.message : String(error);
    this.onEvent({ type: "died", message });
  }

  /**
   * @param {object | null} embedder
   * @param {string} note
   */
  async tellEmbedder(embedder, note) {
    await this.onEvent({ type: "embedder", embedder, note });
  }

  /**
   * @param {string} message
   * @param {number} done
   */
  bootProgress(message, done) {
    const progress = { phase: "boot", message, done, total: STEPS, unit: "steps" };
    this.onEvent({ type: "progress", id: 0, progress });
  }

  /**
   * Call a method of the bridge.
   *
   * @param {number} id names the call in its progress events and in `cancel`
   * @param {string} method
   * @param {any} args
   */
  call(id, method, args) {
    this.calls.set(id, false);
    return enveloped(() => this.callNow(id, method, args))
      .then(handingOver)
      .finally(() => this.calls.delete(id));
  }

  /**
   * @param {number} id
   * @param {string} method
   * @param {any} args
   */
  async callNow(id, method, args) {
    // Calls that piled up while Python was busy: those cancelled meanwhile cost nothing.
    await nextTask();
    this.checkCancelled(id);
    const tell = (/** @type {object} */ progress) =>
      this.onEvent({ type: "progress", id, progress });
    if (this.role?.carries(method)) return opened(await this.role.carry(id, method, args, tell));
    const work = () => this.callHere(id, method, args, tell);
    return this.role ? this.role.whileTold(method, args, work) : work();
  }

  /**
   * @param {number} id
   * @param {string} method
   * @param {any} args
   * @param {(progress: object) => void} tell
   */
  async callHere(id, method, args, tell) {
    const whole =
      method === "add"
        ? { whole: args.whole, ...(await this.gather(id, args.sources, args.rules, tell)) }
        : await withFiles(method, args);
    this.checkCancelled(id);
    const answer = await this.enter(method, id, whole, tell);
    await this.heard;
    return opened(answer);
  }

  /**
   * Call into Python, which answers with an envelope; an exception means that it is broken.
   *
   * @param {string} method
   * @param {number} id
   * @param {any} args
   * @param {(progress: object) => void} [tell]
   */
  async enter(method, id, args, tell = () => {}) {
    try {
      return await this.callPython(method, id, args, tell);
    } catch (error) {
      // The page starts another engine, and asks that one.
      if (this.isDead) return new Promise(() => {});
      const message = error instanceof Error ? error.message : String(error);
      throw new FossickError("internal", message, "Reload the page; what was added is kept.");
    }
  }

  /**
   * @param {number} id
   * @param {any[]} sources
   * @param {import("./rules.js").RuleOptions} rules
   * @param {(progress: object) => void} tell
   */
  gather(id, sources, rules, tell) {
    let told = performance.now();
    const onFound = (/** @type {number} */ done, /** @type {string} */ path) => {
      const now = performance.now();
      if (now - told < 100) return;
      told = now;
      tell({ phase: "scan", done, total: 0, unit: "files", path });
    };
    return gather(sources, rules, onFound, () => this.checkCancelled(id));
  }

  /** @param {number} id */
  checkCancelled(id) {
    if (this.calls.get(id)) throw new FossickError("cancelled", "The caller gave up.");
  }

  /** @param {number} id */
  cancel(id) {
    if (!this.calls.has(id)) return;
    this.calls.set(id, true);
    this.role?.cancel(id);
    if (this.callPython) void this.enter("cancel", 0, { id });
  }

  /**
   * A file in an archive or a mail, null where it cannot be had.
   *
   * @param {import("./sources.js").Readable} source
   * @param {string} wanted its path inside
   */
  member(source, wanted) {
    return enveloped(() => this.parse.member(source, wanted));
  }

  /** Answers as long as this worker lives. */
  ping() {
    return true;
  }

  /**
   * A model is there.
   *
   * @param {ModelUse} use
   * @param {MessagePort} port
   * @param {{ model: string, device: string, worker: number, dim: number }} info
   */
  attachModel(use, port, info) {
    this.clientOf(use, info.model)?.attach(port, info);
  }

  /**
   * It has gone, and another worker may come.
   *
   * @param {ModelUse} use
   * @param {string} model
   */
  detachModel(use, model) {
    this.clientOf(use, model)?.detach();
  }

  /**
   * No other will come.
   *
   * @param {ModelUse} use
   * @param {string} model
   * @param {string} message
   */
  giveUpModel(use, model, message) {
    this.clientOf(use, model)?.giveUp(message);
  }

  /**
   * @param {ModelUse} use
   * @param {string} model a former one may have gone out of use while the page saw to it
   */
  clientOf(use, model) {
    const client = this.models[use];
    return use === "former" && client?.model !== model ? undefined : client;
  }

  /** Close the collection. The page ends the worker afterwards. */
  close() {
    return enveloped(async () => {
      this.role?.leave();
      if (this.callPython) opened(await this.enter("close", 0, {}));
      this.parse.close();
      this.role?.release();
    });
  }
}

/** @param {any} pyodide */
function memoryOf({ _module }) {
  // The heap only grows, and is made anew when it does. Addresses beyond 2 GB are negative numbers
  // in Pyodide 314's copying of buffers, which fails there: "offset is out of bounds".
  return { taken: () => _module.HEAPU8.length, most: Math.min(_module.getHeapMax(), 2 ** 31) };
}

Comlink.expose(new Engine());
