// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { areOn, turn } from "./combobox.js";
import { LightElement } from "./element.js";
import { bytes, count, duration, milliseconds, number } from "./format.js";
import { DEVICES, meaning } from "./header.js";
import { icon } from "./icons.js";
import { failedList, meter, outcomeLine } from "./progress.js";
import "./embed-line.js";
import "./health-section.js";
import "./models-list.js";
import "./passphrase-section.js";
import "./portable-section.js";
import "./network-line.js";
import "./recall-line.js";

/** @type {Record<string, string>} */
const STORAGE = {
  opfs: "The browser's private file system",
  indexeddb: "IndexedDB",
  memory: "Memory only: gone when this tab closes",
  file: "The exported file that you are looking into",
};

/**
 * Everything about the state of things, and the models.
 * Fires `embedder`, `pause` (whether to), `files`, `vacuum`, `retry-model` and `exported-file`, and
 * lets through what its parts fire.
 */
export class StatusDialog extends LightElement {
  static properties = {
    engine: { attribute: false },
    stamp: { attribute: false },
    offline: { attribute: false },
    copy: { attribute: false },
    outcome: { attribute: false },
    upkeep: {},
    folders: { attribute: false },
    quota: { state: true },
  };

  constructor() {
    super();
    /** @type {import("./engine.js").Engine | null} */
    this.engine = null;
    this.stamp = 0;
    /** @type {import("./offline-status.js").Offline | null} */
    this.offline = null;
    /** @type {import("../offline.js").OfflineStatus | null} */
    this.copy = null;
    /** @type {import("./adding.js").Outcome | null} */
    this.outcome = null;
    /** What is being done to the index as a whole. */
    this.upkeep = "";
    /** @type {readonly import("../fossick.js").Folder[]} */
    this.folders = [];
    /** @type {StorageEstimate | null} */
    this.quota = null;
  }

  get dialog() {
    return /** @type {HTMLDialogElement} */ (this.querySelector("dialog"));
  }

  get isOpen() {
    return this.dialog?.open ?? false;
  }

  open() {
    if (!this.dialog.open) this.dialog.showModal();
    void this.measure();
    void (
      /** @type {import("./models-list.js").ModelsList} */ (
        this.querySelector("models-list")
      ).refresh()
    );
    this.requestUpdate();
  }

  close() {
    this.dialog.close();
  }

  async measure() {
    try {
      this.quota = await navigator.storage.estimate();
    } catch {
      this.quota = null; // Not offered here; the lines are left out.
    }
  }

  /** @param {MouseEvent} event */
  outside(event) {
    if (event.target === this.dialog) this.close();
  }

  render() {
    const { engine } = this;
    return html`<dialog class="dialog status" aria-labelledby="status-title" @click=${this.outside}>
      <div class="dialog-inner">
        <form method="dialog" class="dialog-head">
          <h2 id="status-title">Status</h2>
          <button class="icon-button small" aria-label="Close">${icon("close")}</button>
        </form>
        ${engine ? html`${this.facts(engine)} ${this.health(engine)} ${this.last()}` : nothing}
        <section aria-labelledby="passphrase-title">
          <h3 id="passphrase-title">Passphrase</h3>
          <passphrase-section .engine=${engine} .stamp=${this.stamp}></passphrase-section>
        </section>
        <section aria-labelledby="portable-title">
          <h3 id="portable-title">Export and import</h3>
          <portable-section .engine=${engine} .stamp=${this.stamp}></portable-section>
        </section>
        <section aria-labelledby="models-title">
          <h3 id="models-title">Models</h3>
          <models-list .engine=${engine} .stamp=${this.stamp}></models-list>
        </section>
        <footer class="quiet">
          Fossick ${engine?.info?.version ?? ""} · <a href="./benchmark.html" target="_blank" rel="noopener">Measure this device</a> · <a href="./static/vendor/NOTICES.html" target="_blank" rel="noopener">Third-party notices</a>
        </footer>
      </div>
    </dialog>`;
  }

  /** @param {import("./engine.js").Engine} engine */
  facts(engine) {
    const { info, stats } = engine;
    return html`<dl class="facts">
      ${fact("Meaning", html`${modelLine(engine, this.retry())} ${engine.model ? meter("Loading the model", engine.model) : nothing}${this.chooser(engine)}`)}
      ${engine.info?.upgrade ? fact("Understanding", this.understanding(engine.info.upgrade)) : nothing}
      ${fact("Recall", html`<recall-line .engine=${engine} .stamp=${this.stamp}></recall-line>`)}
      ${fact("Try it", html`<embed-line .engine=${engine} .stamp=${this.stamp}></embed-line>`)}
      ${fact("Index", html`${count(stats?.documents ?? 0, "document")}, ${count(stats?.chunks ?? 0, "passage")}${stats?.bytes ? html`, ${bytes(stats.bytes)}` : nothing} <button type="button" class="text-button" @click=${() => this.emit("files")}>Show the files</button>${this.removed(stats?.deleted ?? 0)}`)}
      ${fact("Kept in", html`${info ? (STORAGE[info.storage] ?? info.storage) : "–"}${info?.sealed ? ", encrypted" : ""}${this.room(info)}`)}
      ${info?.writable === false ? fact("Tabs", html`Another tab writes the index; this one follows it<span class="quiet block">What you add or remove here is handed to it. When it is closed, this tab goes on in its place.</span>`) : nothing}
      ${fact("Threads", (info?.isolated ?? globalThis.crossOriginIsolated) ? html`On: ${count(navigator.hardwareConcurrency || 1, "processor core")}` : html`Off for models of other kinds: this page is not isolated, so they run on one core`)}
      ${fact("Offline", html`${this.offline?.sentence ?? "–"}${this.copy?.state === "downloading" ? meter("Keeping a copy for offline use", this.copy) : nothing}`)}
      ${fact("Network", html`<network-line></network-line>`)}
      ${fact("Suggestions", html`<label class="switch"><input type="checkbox" .checked=${areOn()} @change=${(/** @type {Event} */ e) => turn(/** @type {HTMLInputElement} */ (e.target).checked)}> Complete words while I type</label>`)}
      ${fact("Start", startLine(engine))}
    </dl>`;
  }

  /** @param {import("./engine.js").Engine} engine */
  chooser(engine) {
    return html`<label class="chooser"><span class="visually-hidden">Run the model on</span>
      <select class="field" ?disabled=${engine.state === "starting"} @change=${(/** @type {Event} */ e) => this.emit("embedder", /** @type {HTMLSelectElement} */ (e.target).value)}>
        ${engine.choices.map(({ id, label }) => html`<option value=${id} ?selected=${engine.embedder?.id === id}>${label}</option>`)}
      </select>
    </label>`;
  }

  /** @param {NonNullable<import("../fossick.js").Info["upgrade"]>} upgrade */
  understanding(upgrade) {
    const { done, total, secondsLeft, paused } = upgrade;
    const left = secondsLeft && !paused ? `, ${duration(secondsLeft)} left` : "";
    return html`${number(done)} of ${count(total, "passage")}${left} ${meter("Understanding", upgrade)}
      <span class="quiet block">Everything is found meanwhile, by words and roughly by meaning.
      <button type="button" class="text-button" @click=${() => this.emit("pause", !paused)}>${paused ? "Go on" : "Pause"}</button></span>`;
  }

  /** @param {number} documents that were removed and still take room */
  removed(documents) {
    if (documents === 0) return nothing;
    return html`<span class="quiet block">${count(documents, "removed document")} still ${documents === 1 ? "takes" : "take"} room
      <button type="button" class="text-button" ?disabled=${this.upkeep !== ""} @click=${() => this.emit("vacuum")}>${this.upkeep === "vacuum" ? "Freeing it…" : "Free it now"}</button></span>`;
  }

  // The estimate's `usage` is left out: after a restart Chromium 156 has forgotten what was written
  // through synchronous handles, and says 4 GB as soon as such a file is deleted.
  /** @param {import("../fossick.js").Info | null} info */
  room(info) {
    const { quota = 0 } = this.quota ?? {};
    const promised = info?.room.persisted ?? null;
    const promise = promised
      ? "The browser keeps it until you delete it."
      : "The browser may clear it when this device runs short of space; it was asked not to, because files were added.";
    return html`${quota ? html`<span class="quiet block">The browser allows this site up to ${bytes(quota)}</span>` : nothing}
      ${promised === null ? nothing : html`<span class="quiet block">${promise}</span>`}`;
  }

  retry() {
    return html`<button type="button" class="text-button" @click=${() => this.emit("retry-model")}>Try the model again</button>`;
  }

  /** @param {import("./engine.js").Engine} engine */
  health(engine) {
    return html`<section aria-labelledby="health-title">
      <h3 id="health-title">Health</h3>
      <health-section .engine=${engine} .stamp=${this.stamp} .folders=${this.folders} .upkeep=${this.upkeep}></health-section>
    </section>`;
  }

  last() {
    const { outcome } = this;
    if (!outcome) return nothing;
    const { failed } = outcome.report;
    return html`<section class="last" aria-labelledby="last-title">
      <h3 id="last-title">Added last</h3>
      <p>${outcomeLine(outcome)}</p>
      ${failed.length ? html`<details><summary>${count(failed.length, "file")} with a problem</summary>${failedList(failed)}</details>` : nothing}
    </section>`;
  }
}

/**
 * @param {string} name
 * @param {unknown} value
 */
const fact = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

/**
 * @param {import("./engine.js").Engine} engine
 * @param {unknown} retry the button that tries the model again
 */
function modelLine({ info }, retry) {
  if (!info) return "Starting…";
  const model = (info.model ?? "").split("/")[0];
  const left = info.left.map(
    ({ device, reason }) =>
      html`<span class="quiet block">Not on ${DEVICES[device] ?? device}: ${reason}</span>`,
  );
  if (info.state === "loading")
    return html`The model is loading; words can be searched already${left}`;
  const again = info.left.length > 0 ? retry : nothing;
  if (info.state === "none") return html`Words only, no vectors${left}${again}`;
  if (info.state === "fallback") {
    return html`No model: hashed words, which match near-identical text only${left}${again}`;
  }
  const detail = [
    meaning(info),
    info.adapter,
    info.threads > 1 ? count(info.threads, "thread") : "",
    info.dtype === "q8" ? "int8" : info.dtype,
    info.tokensPerSecond ? `${count(info.tokensPerSecond, "token")} a second` : "",
  ];
  return html`${model} on ${detail.filter(Boolean).join(", ")}${left}`;
}

/** What the steps of a start are called; steps without a name here are left out. */
const STEPS = /** @type {const} */ ([
  ["pyodide", "Python"],
  ["numpy", "NumPy"],
  ["app", "engine"],
  ["open", "index"],
]);

/** @param {import("./engine.js").Engine} engine */
function startLine({ info, startMilliseconds }) {
  const boot = /** @type {Record<string, number>} */ (info?.boot ?? {});
  const steps = STEPS.filter(([key]) => Number.isFinite(boot[key]));
  return html`${startMilliseconds ? milliseconds(startMilliseconds) : "–"}${
    info?.start === "image" ? " from the interpreter's image kept on this device" : nothing
  }${
    steps.length
      ? html`<span class="quiet block">${steps.map(
          ([key, name]) =>
            html`<span class="step">${name} <span class="number">${milliseconds(boot[key] ?? 0)}</span></span>`,
        )}</span>`
      : nothing
  }`;
}

customElements.define("status-dialog", StatusDialog);
