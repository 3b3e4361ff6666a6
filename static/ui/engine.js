// @ts-check
/**
 * The open instance and what the page knows about it, in one place: how far the start has come,
 * what is in use, what is stored. Fires `change` whenever any of it does.
 */
import { Fossick } from "../fossick.js";
import { bytes, date } from "./format.js";
import { asError } from "./searching.js";
import { recall, remember } from "./theme.js";

/** @typedef {import("../fossick.js").Progress} Progress */
/** @typedef {CustomEvent<any>} Detail */
/** @typedef {"starting" | "ready" | "failed" | "locked"} EngineState */

const EMBEDDER_KEY = "fossick.embedder";
/** Before the id of a model of this device, where that is what was chosen. */
const MODEL = "model:";
/** Kept while the collection is sealed, so that the next start asks for the passphrase at once. */
const SEALED_KEY = "fossick.sealed";
const MINUTES_KEY = "fossick.lockAfter";
const COUNT_KEY = "fossick.documents";

/** What the user may choose; the value is what `Fossick.open` takes. */
export const EMBEDDERS = [
  { id: "auto", label: "Best available", value: /** @type {const} */ ("auto") },
  { id: "webgpu", label: "Model on WebGPU", value: { device: /** @type {const} */ ("webgpu") } },
  { id: "wasm", label: "Model on WASM", value: { device: /** @type {const} */ ("wasm") } },
  { id: "static", label: "No model (static vectors)", value: /** @type {const} */ ("static") },
  { id: "hash", label: "No model (hash)", value: /** @type {const} */ ("hash") },
  { id: "none", label: "Words only", value: /** @type {const} */ ("none") },
];

export class Engine extends EventTarget {
  constructor() {
    super();
    /** @type {EngineState} */
    this.state = "starting";
    /** @type {Fossick | null} */
    this.fossick = null;
    /** @type {(Error & { hint?: string, code?: string }) | null} */
    this.error = null;
    /** @type {Progress | null} */
    this.boot = null;
    /** @type {Progress | null} how far the model has come while it loads */
    this.model = null;
    /** @type {import("../fossick.js").Info | null} */
    this.info = null;
    /** @type {import("../fossick.js").Stats | null} */
    this.stats = null;
    /** @type {readonly import("../fossick.js").DocumentInfo[]} */
    this.documents = [];
    /** @type {readonly import("../fossick.js").UnreadFile[]} */
    this.unread = [];
    /** The same by id, made when it is needed. */
    this.byId = {
      from: this.documents,
      documents: /** @type {Map<string, import("../fossick.js").DocumentInfo>} */ (new Map()),
    };
    /** Number of documents at the end of the last visit. */
    this.remembered = this.kept;
    /** Grows with every change, for those who compare. */
    this.stamp = 0;
    this.hasReranker = false;
    /** @type {File | null} an exported file that is open in place of the collection */
    this.from = null;
    /** What opens that file, if it is sealed. */
    this.fileKey = /** @type {CryptoKey | null} */ (null);
    this.startedAt = 0;
    this.startMilliseconds = 0;
    /** What opens the sealed collection again, from when it was unlocked until it is locked. */
    this.key = /** @type {CryptoKey | null} */ (null);
    /** Whether a passphrase is being tried. */
    this.unlocking = false;
  }

  /** Whether what is open is sealed, as far as it is known. */
  get sealed() {
    return this.fileKey !== null || (this.info?.sealed ?? recall(SEALED_KEY) !== null);
  }

  /** Whether what this page keeps is sealed, also while an exported file is open in its place. */
  get keptSealed() {
    return recall(SEALED_KEY) !== null;
  }

  /** Number of documents that this page keeps, also while an exported file is open instead. */
  get kept() {
    return Number(recall(COUNT_KEY) ?? 0);
  }

  /** Minutes without use after which it is locked; 0: never. */
  get minutes() {
    const kept = recall(MINUTES_KEY);
    return kept === null ? 15 : Number(kept);
  }

  /** @param {number} minutes */
  lockAfter(minutes) {
    remember(MINUTES_KEY, String(minutes));
    this.opened().lockAfter(minutes);
    this.changed();
  }

  /**
   * Opens the sealed collection; a wrong passphrase is an error of the locked state.
   * @param {string} passphrase
   */
  async unlock(passphrase) {
    this.unlocking = true;
    await this.start(passphrase);
    this.unlocking = false;
    this.changed();
  }

  /**
   * The collection is locked from now on.
   * @param {Error | null} [error] of a passphrase that was tried
   */
  locked(error = null) {
    if (!this.from) remember(SEALED_KEY, "yes");
    this.key = null;
    this.fileKey = null;
    this.fossick = null;
    this.state = "locked";
    this.error = error;
    this.changed();
  }

  get embedder() {
    const chosen = recall(EMBEDDER_KEY);
    if (chosen?.startsWith(MODEL)) {
      const model = chosen.slice(MODEL.length);
      return { id: chosen, label: model, value: { model } };
    }
    return EMBEDDERS.find(({ id }) => id === chosen) ?? EMBEDDERS[0];
  }

  /** What there is to choose from: a model of this device is one of them while it is in use. */
  get choices() {
    const { embedder } = this;
    return embedder && !EMBEDDERS.includes(/** @type {any} */ (embedder))
      ? [...EMBEDDERS, embedder]
      : EMBEDDERS;
  }

  /**
   * Opens the collection; settles when it can be searched, has failed, or is locked.
   * @param {string} [passphrase]
   * @returns {Promise<void>}
   */
  async start(passphrase) {
    const isLocked = !this.from && recall(SEALED_KEY) !== null && !passphrase && !this.key;
    if (isLocked) return this.locked();
    this.state = "starting";
    this.error = null;
    this.startedAt = performance.now();
    this.changed();
    try {
      const fossick = await Fossick.open({
        collection: "default",
        from: this.from ?? undefined,
        ...this.opener(passphrase),
        lockAfter: this.minutes,
        embedder: this.embedder?.value ?? "auto",
        onProgress: (/** @type {Progress} */ progress) => this.progress(progress),
      });
      this.attach(fossick);
      await this.refresh();
      void this.lookForReranker();
      this.startMilliseconds = performance.now() - this.startedAt;
      this.boot = null;
      this.state = "ready";
    } catch (reason) {
      if (this.lostModel(reason)) return this.start(passphrase);
      if (passphrase && this.isPlain(reason)) return this.start();
      if (this.isLocked(reason)) this.locked(passphrase ? asError(reason) : null);
      else this.fail(reason);
    }
    this.changed();
  }

  /** @param {string} [passphrase] */
  opener(passphrase) {
    if (this.from) return this.fileKey ? { fileKey: this.fileKey } : {};
    if (passphrase) return { passphrase };
    return this.key ? { key: this.key } : {};
  }

  /** @param {unknown} reason whether a passphrase is needed, or another one */
  isLocked(reason) {
    if (this.from) return false; // Then it is the file's, which was asked for before.
    const { code } = /** @type {{ code?: string }} */ (asError(reason));
    return code === "locked" || code === "wrong-passphrase";
  }

  /** @param {unknown} reason whether the collection is plain, against what was known of it */
  isPlain(reason) {
    const { code } = /** @type {{ code?: string }} */ (asError(reason));
    if (code !== "bad-option" || recall(SEALED_KEY) === null) return false;
    remember(SEALED_KEY, null);
    return true;
  }

  /**
   * Whether the model that was chosen has been taken off this device; the best there is follows.
   * @param {unknown} reason
   */
  lostModel(reason) {
    const { code, message } = /** @type {{ code?: string, message: string }} */ (asError(reason));
    const isGone = code === "model-missing" || code === "bad-option";
    if (!isGone || !recall(EMBEDDER_KEY)?.startsWith(MODEL)) return false;
    remember(EMBEDDER_KEY, null);
    this.dispatchEvent(new CustomEvent("note", { detail: message }));
    return true;
  }

  /** @param {Fossick} fossick */
  attach(fossick) {
    this.fossick = fossick;
    Object.assign(globalThis, { fossick });
    fossick.addEventListener("status", (event) => this.status(/** @type {Detail} */ (event)));
    fossick.addEventListener("progress", (event) => {
      this.progress(/** @type {Detail} */ (event).detail);
    });
    fossick.addEventListener("locked", () => {
      if (this.fossick === fossick) this.dispatchEvent(new Event("locked"));
    });
    fossick.addEventListener("commit", () => this.dispatchEvent(new Event("commit")));
    fossick.addEventListener("error", (event) => {
      if (this.fossick === fossick) this.fail(/** @type {Detail} */ (event).detail);
    });
    this.status();
  }

  /** @param {Detail} [event] */
  status(event) {
    const before = this.info?.upgrade;
    const followed = this.info?.writable === false;
    if (this.fossick) this.info = this.fossick.info();
    if (this.fossick && !this.from) {
      this.key = this.fossick.key;
      remember(SEALED_KEY, this.key ? "yes" : null);
    }
    if (followed && this.info?.writable) this.dispatchEvent(new Event("lead"));
    if (before && !this.info?.upgrade) this.dispatchEvent(new CustomEvent("upgraded"));
    if (!this.loading) this.model = null;
    const note = event?.detail.note;
    if (note) this.dispatchEvent(new CustomEvent("note", { detail: note }));
    this.changed();
  }

  /** Whether a model is on its way; words can be searched meanwhile. */
  get loading() {
    return this.info?.state === "loading";
  }

  /** @param {Progress} progress */
  progress(progress) {
    if (progress.phase === "boot") this.boot = progress;
    else if (progress.phase === "model") this.model = progress;
    else return;
    this.changed();
  }

  /** @param {unknown} reason */
  fail(reason) {
    this.error = asError(reason);
    this.state = "failed";
    this.boot = null;
    this.changed();
  }

  /** Reads again what is stored. */
  async refresh() {
    const fossick = this.opened();
    [this.stats, this.documents, this.unread] = await Promise.all([
      fossick.stats(),
      fossick.documents(),
      fossick.unread(),
    ]);
    this.remembered = this.documents.length;
    if (!this.from) remember(COUNT_KEY, String(this.remembered));
    this.status();
  }

  /**
   * What a document is sorted by, in words: its date or its size.
   * @param {string} id
   * @param {import("../fossick.js").Sort} sort
   */
  fact(id, sort) {
    if (sort !== "date" && sort !== "size") return "";
    if (this.byId.from !== this.documents) {
      const documents = new Map(this.documents.map((each) => [each.id, each]));
      this.byId = { from: this.documents, documents };
    }
    const { modified, size } = this.byId.documents.get(id) ?? {};
    if (sort === "size") return size === undefined ? "size unknown" : bytes(size);
    return modified === undefined ? "date unknown" : date(modified * 1000);
  }

  /** Whether a reranker is on this device. */
  async lookForReranker() {
    const models = await Fossick.models().catch(() => []);
    this.hasReranker = models.some(
      ({ kind, state }) => kind === "reranker" && state === "installed",
    );
    this.changed();
  }

  /** Reads the counts alone, which is cheap. */
  async count() {
    this.stats = await this.opened().stats();
    this.changed();
  }

  /**
   * Takes another embedder, kept for the next visit; opens the collection anew with it.
   * @param {string} id
   */
  async choose(id) {
    remember(EMBEDDER_KEY, id === "auto" ? null : id);
    await this.restart();
  }

  /** Tries the model again; that it fails once more is told by the status. */
  async retryModel() {
    const trying = this.opened().retryModel();
    this.status();
    await trying.catch(() => undefined);
    this.status();
  }

  async restart() {
    const old = this.fossick;
    this.fossick = null;
    this.model = null;
    await old?.close().catch(() => undefined);
    await this.start();
  }

  /**
   * Opens an exported file in place of the collection; null for the collection again.
   * @param {File | null} file
   * @param {CryptoKey | null} [key] of a sealed one
   */
  async openFrom(file, key = null) {
    if (file) this.key = null; // Nothing locks it meanwhile.
    this.from = file;
    this.fileKey = key;
    await this.restart();
  }

  /**
   * Does something to the collection that nobody may have open, and opens it again.
   * @param {() => Promise<void>} work
   */
  async aside(work) {
    this.state = "starting";
    this.from = null;
    this.fileKey = null;
    const old = this.fossick;
    this.fossick = null;
    this.changed();
    await old?.close().catch(() => undefined);
    try {
      await work();
    } finally {
      await this.start();
    }
  }

  /** Deletes the collection, which could not be opened, and begins anew. */
  async startOver() {
    this.state = "starting";
    this.changed();
    try {
      await Fossick.delete("default");
      remember(SEALED_KEY, null);
      this.remembered = 0;
      remember(COUNT_KEY, null);
    } catch (reason) {
      this.fail(reason);
      return;
    }
    await this.start();
  }

  /**
   * A search may meet damage that nothing has told of yet.
   * @param {readonly import("../fossick.js").Damage[]} damage
   */
  suffered(damage) {
    if (this.stats) this.stats = { ...this.stats, damage: [...damage] };
    this.changed();
  }

  /** The instance once it is open. Throws before. */
  opened() {
    if (!this.fossick) throw this.error ?? new Error("The engine is still starting.");
    return this.fossick;
  }

  /** Resolves with the instance when it can be used; rejects when the start has failed. */
  whenReady() {
    return new Promise((resolve, reject) => {
      const check = () => {
        if (this.state === "starting" || this.state === "locked") return;
        this.removeEventListener("change", check);
        if (this.state === "ready") resolve(this.opened());
        else reject(this.error);
      };
      this.addEventListener("change", check);
      check();
    });
  }

  changed() {
    this.stamp += 1;
    this.dispatchEvent(new Event("change"));
  }
}
