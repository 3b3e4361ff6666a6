// @ts-check
/**
 * Fossick in a page: open a collection, add files, search it. Who starts the workers and sees to
 * it that every call settles is `engine-link.js` and `inference-host.js`.
 *
 * The methods are documented with their types in fossick.d.ts.
 */

import { fetched, isAddress } from "./addresses.js";
import { capabilities, missing } from "./capabilities.js";
import { addModel, installed, installModel, listModels, removeModel } from "./catalogue.js";
import { deleteCollection } from "./deleting.js";
import { embed } from "./embedding.js";
import { hear, restarted } from "./engine-events.js";
import { EngineLink } from "./engine-link.js";
import { asFossickError, FossickError } from "./errors.js";
import { Folders } from "./folders.js";
import { FormerModel } from "./former-model.js";
import { GivenFiles } from "./given-files.js";
import { handingTo, InferenceHost } from "./inference-host.js";
import { infoOf } from "./info.js";
import { BUNDLED, modelOf, planEmbedder } from "./models.js";
import { networkReport } from "./network.js";
import { checkAdd, checkOpen, checkRerank, checkRules, cloneSources } from "./options.js";
import { checkLockAfter } from "./passphrase.js";
import { checkBlob, exportCollection, importCollection } from "./portable.js";
import { Reranking } from "./reranking.js";
import { atHand, outermost } from "./retrying.js";
import { Room } from "./room.js";
import { isSealedFile } from "./sealed-file.js";
import { SealedState } from "./sealing.js";
import { wellFormed } from "./texts.js";
import { Upgrading } from "./upgrading.js";
import { deleteVectors, openVectors, vectorNames } from "./vectors.js";

/** @typedef {import("./fossick.js").Progress} Progress */
/** @typedef {import("./calls.js").CallOptions} CallOptions */

/** Processor cores with which the engine and the model start at the same time. */
const CORES_FOR_BOTH = 4;

/** Calls that nobody waits for: they keep no sealed collection open. */
const UNASKED = ["stats", "documents", "unread", "upgrade", "hold"];

const NO_MODEL = "This collection was opened without a model.";
const RETRY_HINT = "Close other tabs, or look at the network, and try again.";

export class Fossick extends EventTarget {
  /**
   * @param {import("./fossick.js").OpenOptions} [options]
   * @returns {Promise<Fossick>}
   */
  static async open(options = {}) {
    checkBrowser();
    const model = modelOf(options.embedder);
    const found = model === null ? null : await installed(model, "embedder");
    const fossick = new Fossick(options, planEmbedder(options.embedder, found));
    try {
      await fossick.start();
      return fossick;
    } catch (error) {
      const failure = asFossickError(error, "boot-failed");
      fossick.link.end(failure);
      throw failure;
    }
  }

  /**
   * @param {string} [collection]
   * @returns {Promise<void>}
   */
  static async delete(collection) {
    await deleteCollection(checkOpen({ collection }).collection);
  }

  /**
   * @param {Blob} file
   * @param {import("./fossick.js").ImportOptions} [options]
   * @returns {Promise<import("./fossick.js").Imported>}
   */
  static async import(file, options = {}) {
    const { collection } = checkOpen({ collection: options.collection });
    checkBlob(file);
    const engine = await Fossick.open({
      storage: "memory",
      embedder: "none",
      signal: options.signal,
    });
    return importCollection(engine, file, { ...options, collection });
  }

  /** @type {typeof import("./fossick.js").Fossick.isSealed} */
  static async isSealed(file) {
    return isSealedFile(checkBlob(file));
  }

  /** @type {typeof import("./fossick.js").Fossick.models} */
  static models() {
    return listModels();
  }

  /** @type {typeof import("./fossick.js").Fossick.installModel} */
  static installModel(id, options) {
    return installModel(id, options);
  }

  /** @type {typeof import("./fossick.js").Fossick.addModel} */
  static addModel(source, options) {
    return addModel(source, options);
  }

  /** @type {typeof import("./fossick.js").Fossick.removeModel} */
  static removeModel(id) {
    return removeModel(id);
  }

  /** @type {typeof import("./fossick.js").Fossick.network} */
  static network() {
    return networkReport();
  }

  /**
   * @param {import("./fossick.js").OpenOptions} options
   * @param {import("./models.js").EmbedderPlan} plan
   */
  constructor(options, plan) {
    super();
    this.began = performance.now();
    this.options = checkOpen(options);
    this.plan = plan;
    /** @type {import("./workers/engine.worker.js").Started | null} */
    this.started = null;
    /** @type {{ model: string, dim: number, device: "numpy", dtype: string } | null} */
    this.embedder = null;
    this.openedAfter = 0;
    this.addingPaused = false;
    /** Whether this tab has become the writer since it was opened. */
    this.tookOver = false;
    this.sealed = new SealedState(this);
    this.upgrading = new Upgrading(this);
    this.room = new Room(this.options.collection, () => this.tellStatus(""));
    /** The commit that searches see. */
    this.commit = { generation: 0, documents: 0 };
    this.link = new EngineLink({
      onEvent: (event) => hear(this, event),
      onRestart: (started, reason) => restarted(this, started, reason),
      onEnd: (reason) => this.left(reason),
    });
    this.host = new InferenceHost(this.plan, {
      ...handingTo(() => this.engine, "embedder", this.plan),
      onStatus: (_info, note) => this.tellStatus(note),
      onProgress: (progress) => this.tellProgress(progress),
    });
    this.reranking = new Reranking(() => this.engine);
    this.former = new FormerModel(() => this.engine, this.plan);
    this.given = new GivenFiles();
    this.kept = new Folders(
      this.options.collection,
      (sources, whole, rest) => this.adding(sources, whole, rest),
      (names) => this.room.folders(names),
    );
  }

  async start() {
    const { collection, storage, useImage, from, limits, sealing } = this.options;
    this.options.sealing = { passphrase: null, key: null }; // The link drops it when it locks.
    const { card } = this.plan;
    const { model, dim, dtype } = this.host.info;
    const options = {
      collection,
      storage,
      from,
      useImage,
      limits,
      embedder: {
        transformer: this.plan.transformer,
        static: this.plan.static,
        hash: this.plan.hash,
      },
      space: { model, dim, dtype, maxTokens: card.maxTokens },
      // Chunks are measured by one vocabulary, whichever model is in use: they stay as they are.
      vocabulary: `models/${BUNDLED.name}/vocab.txt`,
    };
    const starting = this.link.start(options, sealing, this.options.signal);
    const loadModel = () => this.plan.transformer && void this.host.start();
    // On few cores each would slow the other down, and words can be searched before the model.
    const atOnce = capabilities().cores >= CORES_FOR_BOTH;
    if (atOnce) loadModel();
    this.started = await starting;
    this.openedAfter = performance.now() - this.began;
    this.sealed.begin();
    if (!atOnce) loadModel();
    this.tellStatus(this.started?.storage.note ?? "");
    this.room.secret = this.sealed.isSealed;
    if (this.started && this.writable) this.room.opened(this.started.storage.kind, this.commit);
    this.upgrading.wake();
    void this.upgrading.watchBattery();
  }

  /** @type {import("./fossick.js").Fossick["add"]} */
  async add(sources, options = {}) {
    checkAdd(sources);
    let given = cloneSources(sources);
    // Only then: calls keep their order.
    if (given.some(isAddress)) given = await fetched(given, options.signal);
    this.given.note(given);
    return this.adding(given, [], options, checkRules(options));
  }

  /**
   * @param {any[]} sources
   * @param {string[]} whole folders of which all files are among the sources
   * @param {import("./fossick.js").AddOptions} options
   * @param {import("./workers/rules.js").RuleOptions} [rules] for sources that have none of their own
   */
  adding(sources, whole, options, rules = {}) {
    const adding = this.call("add", { sources, whole, rules }, options);
    const added = adding.then(async (report) => {
      if (report.added > 0) await this.room.ask();
    });
    added.catch(() => {});
    return adding.finally(() => this.upgrading.wake());
  }

  /** @type {import("./fossick.js").Fossick["acceptCleared"]} */
  acceptCleared() {
    this.room.accept();
  }

  /** @type {import("./fossick.js").Fossick["folders"]} */
  folders() {
    return this.kept.list();
  }

  /** @type {import("./fossick.js").Fossick["addFolder"]} */
  async addFolder(handle, { ignore, gitignore, ...options } = {}) {
    return this.kept.take(handle, checkRules({ ignore, gitignore }), options);
  }

  /** @type {import("./fossick.js").Fossick["syncFolders"]} */
  syncFolders(options = {}) {
    return this.kept.bring(options);
  }

  /** @type {import("./fossick.js").Fossick["forgetFolder"]} */
  forgetFolder(name, options = {}) {
    return this.kept.forget(name, options);
  }

  /** @type {import("./fossick.js").Fossick["file"]} */
  async file(path, { unpack = false } = {}) {
    const found = (await this.kept.file(path)) ?? (await this.given.file(path));
    return found || !unpack ? found : this.unpacked(path);
  }

  /**
   * A file that lies in one that is at hand.
   *
   * @param {string} path
   * @returns {Promise<File | null>}
   */
  async unpacked(path) {
    const outer = await outermost(this, path);
    if (!outer) return null;
    const { path: above, blob } = outer;
    const source = { path: above, size: blob.size, file: blob };
    const data = await this.link.member(source, path.slice(above.length + 1));
    return data && new File([data], path.slice(path.lastIndexOf("/") + 1));
  }

  /** @type {import("./fossick.js").Fossick["unread"]} */
  async unread() {
    return this.call("unread", {});
  }

  /** @type {import("./fossick.js").Fossick["retry"]} */
  async retry(paths, options = {}) {
    const { found, missing, folders, files } = await atHand(this, paths);
    if (found.length > 0) await this.call("reconsider", { paths: found });
    const reports = [];
    if (folders.length > 0) reports.push(await this.syncFolders({ ...options, names: folders }));
    if (files.length > 0) reports.push(await this.add(files, options));
    return { reports, missing };
  }

  /** @type {import("./fossick.js").Fossick["search"]} */
  async search(query, options = {}) {
    const { signal, rerank = false, ...rest } = options;
    const wanted = checkRerank(rerank);
    if (wanted) await this.reranking.want(wanted);
    return this.call(
      "search",
      { query: wellFormed(query), options: { ...rest, rerank: Boolean(wanted) } },
      { signal, atOnce: true },
    );
  }

  /** @type {import("./fossick.js").Fossick["suggest"]} */
  async suggest(text, { limit = 8, signal } = {}) {
    return this.call("suggest", { text: wellFormed(text), limit }, { signal, atOnce: true });
  }

  /** @type {import("./fossick.js").Fossick["remove"]} */
  async remove(ids, options = {}) {
    return this.call("remove", { ids: typeof ids === "string" ? [ids] : [...ids] }, options);
  }

  /** @type {import("./fossick.js").Fossick["get"]} */
  async get(id) {
    return this.call("get", { id });
  }

  /** @type {import("./fossick.js").Fossick["context"]} */
  async context(query, { maxTokens = 2000, signal } = {}) {
    return this.call(
      "context",
      { query: wellFormed(query), max_tokens: maxTokens },
      { signal, atOnce: true },
    );
  }

  /** @type {import("./fossick.js").Fossick["documents"]} */
  async documents() {
    return this.call("documents", {});
  }

  /** @type {import("./fossick.js").Fossick["stats"]} */
  async stats() {
    return this.call("stats", {});
  }

  /** @type {import("./fossick.js").Fossick["audit"]} */
  async audit({ sample = 200, k = 10, ...options } = {}) {
    return this.call("audit", { sample, k }, { ...options, atOnce: true });
  }

  /** @type {import("./fossick.js").Fossick["duplicates"]} */
  async duplicates({ limit = 100, ...options } = {}) {
    return this.call("duplicates", { limit }, { ...options, atOnce: true });
  }

  /** @type {import("./fossick.js").Fossick["vacuum"]} */
  async vacuum(options = {}) {
    return this.call("vacuum", {}, options);
  }

  /** @type {import("./fossick.js").Fossick["check"]} */
  async check(options = {}) {
    return this.call("check", {}, { ...options, atOnce: true });
  }

  /** @type {import("./fossick.js").Fossick["repair"]} */
  async repair(options = {}) {
    return this.call("repair", {}, options);
  }

  /** @type {import("./fossick.js").Fossick["export"]} */
  async export(options = {}) {
    return exportCollection(this, options);
  }

  /** @type {import("./fossick.js").Fossick["seal"]} */
  async seal(passphrase) {
    await this.sealed.act("seal", passphrase);
  }

  /** @type {import("./fossick.js").Fossick["unseal"]} */
  async unseal(passphrase) {
    await this.sealed.act("unseal", passphrase);
  }

  /** @type {import("./fossick.js").Fossick["changePassphrase"]} */
  async changePassphrase(old, fresh) {
    await this.sealed.change(old, fresh);
  }

  /** @type {import("./fossick.js").Fossick["lock"]} */
  async lock() {
    await this.sealed.lockAll();
  }

  /** @type {import("./fossick.js").Fossick["lockAfter"]} */
  lockAfter(minutes) {
    this.sealed.after(checkLockAfter(minutes));
  }

  /** @type {import("./fossick.js").Fossick["key"]} */
  get key() {
    return this.sealed.key;
  }

  /** @type {import("./fossick.js").Fossick["used"]} */
  used() {
    this.sealed.use();
  }

  /** @type {import("./fossick.js").Fossick["embed"]} */
  async embed(texts, options = {}) {
    return embed(this, texts, options);
  }

  /** @type {import("./fossick.js").Fossick["retryModel"]} */
  async retryModel() {
    if (!this.plan.transformer) throw new FossickError("model-missing", NO_MODEL);
    const trying = this.host.retry();
    await this.call("retry_model", {}, { atOnce: true });
    await trying;
    const { state, left } = this.host.info;
    if (state !== "ready") {
      const reason = left.map((one) => `${one.device}: ${one.reason}`).join("; ");
      throw new FossickError("model-failed", `The model cannot be used (${reason}).`, RETRY_HINT);
    }
    this.upgrading.wake();
    return this.info();
  }

  /** @type {import("./fossick.js").Fossick["upgraded"]} */
  async upgraded() {
    await this.upgrading.done();
  }

  /** @type {import("./fossick.js").Fossick["pauseUpgrade"]} */
  async pauseUpgrade(paused = true) {
    await this.upgrading.pause(paused);
  }

  /** @type {import("./fossick.js").Fossick["pauseAdding"]} */
  async pauseAdding(paused = true) {
    this.addingPaused = paused;
    await this.call("pause", { on: paused }, { atOnce: true });
  }

  /** @type {import("./fossick.js").Fossick["vectors"]} */
  async vectors(options = {}) {
    return openVectors(this, options);
  }

  /** @type {import("./fossick.js").Fossick["vectorNames"]} */
  async vectorNames() {
    return vectorNames(this);
  }

  /** @type {import("./fossick.js").Fossick["deleteVectors"]} */
  async deleteVectors(name) {
    return deleteVectors(this, name);
  }

  /** @type {import("./fossick.js").Fossick["info"]} */
  info() {
    return infoOf(this);
  }

  /** @type {import("./fossick.js").Fossick["close"]} */
  async close() {
    if (!this.link.ended) await this.link.close();
  }

  /**
   * Call a method of the bridge.
   * @param {string} method
   * @param {object} args
   * @param {CallOptions} [options]
   * @returns {Promise<any>}
   */
  call(method, args, options) {
    const answer = this.link.call(method, args, options);
    if (!UNASKED.includes(method)) this.sealed.useFor(answer);
    return answer;
  }

  /** The engine itself, and the calls that wait for it. */
  get engine() {
    return this.link.engine;
  }

  get calls() {
    return this.link.calls;
  }

  /** Whether this tab writes the collection; false while it follows another that does. */
  get writable() {
    return this.tookOver || (this.started?.storage.writable ?? true);
  }

  /** Whether the engine has gone on to another embedder although the model is there. */
  leftModel() {
    return this.started !== null && this.embedder?.model !== this.host.info.model;
  }

  /** @param {Progress} progress */
  tellProgress(progress) {
    this.dispatchEvent(new CustomEvent("progress", { detail: progress }));
    this.options.onProgress?.(progress);
  }

  /** @param {string} note a sentence for the user, empty for none */
  tellStatus(note) {
    if (this.link.ended) return;
    this.dispatchEvent(new CustomEvent("status", { detail: { ...this.info(), note } }));
  }

  /** @param {FossickError} reason why the engine has ended */
  left(reason) {
    this.host.close();
    this.reranking.close();
    this.former.close();
    this.sealed.end();
    if (this.started) this.started.key = null;
    if (reason.code === "locked" && this.started) this.dispatchEvent(new Event("locked"));
    const isWanted = ["closed", "cancelled", "locked", "wrong-passphrase"].includes(reason.code);
    if (!isWanted) this.dispatchEvent(new CustomEvent("error", { detail: reason }));
  }
}

function checkBrowser() {
  const lacking = missing();
  if (lacking.length === 0) return;
  const message = `This browser has no ${lacking.join(", no ")}.`;
  throw new FossickError("boot-failed", message, "Use a current version of any major browser.");
}
