// @ts-check
import { Fossick } from "../fossick.js";
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { bytes, duration } from "./format.js";
import { icon } from "./icons.js";
import { factsOf, stateOf } from "./models-plain.js";
import { meter } from "./progress.js";
import { asError } from "./searching.js";

/** @typedef {import("../fossick.js").Model} Model */
/** @typedef {import("../fossick.js").Progress} Progress */
/** @typedef {{ progress: Progress | null, stopping: AbortController, discard: boolean }} Job */
/** @typedef {Error & { hint?: string }} Problem */

/** Where the progress of a model from files is kept, which has no id yet. */
const OWN = "";

/**
 * The models to choose from: fetched, taken off and chosen here. A download goes on when the dialog
 * is closed. Fires `embedder` with what the engine is to run.
 */
export class ModelsList extends LightElement {
  static properties = {
    engine: { attribute: false },
    stamp: { attribute: false },
    models: { state: true },
    sure: { state: true },
  };

  constructor() {
    super();
    /** @type {import("./engine.js").Engine | null} */
    this.engine = null;
    this.stamp = 0;
    /** @type {Model[]} */
    this.models = [];
    /** @type {Map<string, Job>} by id of the model */
    this.jobs = new Map();
    /** @type {Map<string, Problem>} by id of the model */
    this.problems = new Map();
    /** Id of the model whose removal was asked for once. */
    this.sure = "";
  }

  async refresh() {
    try {
      this.models = await Fossick.models();
      void this.engine?.lookForReranker();
      this.problems.delete(OWN);
    } catch (reason) {
      this.problems.set(OWN, asError(reason));
    }
    this.requestUpdate();
  }

  render() {
    return html`
      <p class="quiet">Models are fetched from the hub when you press Download, and at no other time.
        What you write and keep here goes nowhere.</p>
      <ul class="models" aria-label="Models">${this.models.map((model) => this.row(model))}</ul>
      ${this.own()}
    `;
  }

  /** @param {Model} model */
  row(model) {
    const { id, title, description, kind } = model;
    const job = this.jobs.get(id);
    const inUse = this.isInUse(model);
    return html`<li data-model=${id} data-state=${model.state}>
      <div class="model-head">
        <strong>${title}</strong>
        ${kind === "reranker" ? html`<span class="tag">reranker</span>` : nothing}
        ${inUse ? html`<span class="tag good">in use</span>` : nothing}
        <span class="model-actions">${job ? this.controls(job) : this.actions(model, inUse)}</span>
      </div>
      <p>${description}</p>
      <p class="quiet number">${factsOf(model).join(" · ")}</p>
      ${model.pinned ? nothing : html`<p class="quiet">No checksum of it is known here: the first download is trusted.</p>`}
      ${job ? progressOf(title, job) : nothing}
      ${this.sure === id ? this.question(model) : nothing}
      ${this.problem(id)}
    </li>`;
  }

  /** @param {Model} model */
  isInUse({ id, kind }) {
    return kind === "embedder" && this.engine?.info?.model?.split("/")[0] === id;
  }

  /**
   * @param {Model} model
   * @param {boolean} inUse
   */
  actions(model, inUse) {
    const { id, title, kind, state } = model;
    const get = () => void this.install(model);
    if (state === "available") {
      return html`<button type="button" class="button small" aria-label="Download ${title}" @click=${get}>Download</button>`;
    }
    const remove = html`<button type="button" class="icon-button small" aria-label="Remove ${title}" title="Remove" ?disabled=${inUse}
      @click=${() => (this.sure = id)}>${icon("bin")}</button>`;
    if (state === "partial") {
      return html`<button type="button" class="button small" aria-label="Go on with ${title}" @click=${get}>Go on</button>${remove}`;
    }
    const use =
      kind === "embedder" && !inUse
        ? html`<button type="button" class="button small" aria-label="Use ${title}" ?disabled=${this.engine?.state !== "ready"}
            @click=${() => this.use(model)}>Use</button>`
        : nothing;
    return html`${use}${state === "bundled" ? nothing : remove}`;
  }

  /** @param {Job} job */
  controls(job) {
    const stop = (/** @type {boolean} */ discard) => () => {
      job.discard = discard;
      job.stopping.abort();
    };
    return html`<button type="button" class="button small" @click=${stop(false)}>Pause</button>
      <button type="button" class="button small" @click=${stop(true)}>Cancel</button>`;
  }

  /** @param {Model} model */
  question(model) {
    const { id, state } = model;
    return html`<div class="dialog-actions">
      <p>${state === "partial" ? "Discard what has come of it?" : "Remove it from this device?"}
        ${model.own ? nothing : "It can be downloaded again."}</p>
      <button type="button" class="button small" @click=${() => (this.sure = "")}>Keep it</button>
      <button type="button" class="button small danger sure" @click=${() => void this.takeOff(id)}>Remove</button>
    </div>`;
  }

  own() {
    const job = this.jobs.get(OWN);
    return html`<div class="model-own">
      <p class="quiet">You can bring a model of your own: the folder of an ONNX export with its tokenizer.json, or a zip of it.</p>
      <label class="button small">${icon("folder")} Add a folder…<input class="visually-hidden" type="file" webkitdirectory aria-label="Add a model folder" @change=${this.picked}></label>
      <label class="button small">${icon("files")} Add a zip…<input class="visually-hidden" type="file" accept=".zip,application/zip" aria-label="Add a model zip" @change=${this.picked}></label>
      ${job ? progressOf("the model", job) : nothing}
      ${this.problem(OWN)}
    </div>`;
  }

  /** @param {string} id */
  problem(id) {
    const problem = this.problems.get(id);
    if (!problem) return nothing;
    return html`<div class="message danger" role="alert"><p>${problem.message}</p>
      ${problem.hint ? html`<p class="quiet">${problem.hint}</p>` : nothing}</div>`;
  }

  /** @param {Event} event */
  picked(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const files = [...(input.files ?? [])];
    input.value = "";
    if (files.length === 0) return;
    const source = files.length === 1 ? /** @type {File} */ (files[0]) : files;
    void this.work(OWN, (options) => Fossick.addModel(source, options));
  }

  /** @param {Model} model */
  async install({ id }) {
    await this.work(id, (options) => Fossick.installModel(id, options));
  }

  /**
   * @param {string} id
   * @param {(options: import("../fossick.js").ModelOptions) => Promise<Model>} task
   */
  async work(id, task) {
    if (this.jobs.has(id)) return;
    /** @type {Job} */
    const job = { progress: null, stopping: new AbortController(), discard: false };
    this.jobs.set(id, job);
    this.problems.delete(id);
    this.requestUpdate();
    const onProgress = (/** @type {Progress} */ progress) => {
      job.progress = progress;
      this.requestUpdate();
    };
    let problem = null;
    try {
      await task({ onProgress, signal: job.stopping.signal });
    } catch (reason) {
      if (!job.stopping.signal.aborted) problem = asError(reason);
    }
    this.jobs.delete(id);
    if (job.discard && id !== OWN) await this.takeOff(id);
    else await this.refresh();
    if (problem) this.problems.set(id, problem);
    this.requestUpdate();
  }

  /** @param {string} id */
  async takeOff(id) {
    this.sure = "";
    let problem = null;
    try {
      await Fossick.removeModel(id);
    } catch (reason) {
      problem = asError(reason);
    }
    await this.refresh();
    if (problem) this.problems.set(id, problem);
    this.requestUpdate();
  }

  /** @param {Model} model */
  use({ id, state }) {
    this.emit("embedder", state === "bundled" ? "auto" : `model:${id}`);
  }
}

/**
 * @param {string} title
 * @param {Job} job
 */
function progressOf(title, { progress }) {
  const { done = 0, total = 0, phase, rate, secondsLeft } = progress ?? {};
  const known = phase === "download" && total > 0;
  const line = known
    ? [
        stateOf(done, total),
        rate ? `${bytes(rate)}/s` : "",
        secondsLeft ? `${duration(secondsLeft)} left` : "",
      ]
    : [phase === "check" ? "Trying it out" : "Starting"];
  return html`<div class="model-progress">${meter(`Fetching ${title}`, { done, total: known ? total : 0 })}
    <p class="quiet number">${line.filter(Boolean).join(" · ")}</p></div>`;
}

customElements.define("models-list", ModelsList);
