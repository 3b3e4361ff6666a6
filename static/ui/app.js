// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { Adder } from "./adding.js";
import "./drop.js";
import { LightElement } from "./element.js";
import { Engine } from "./engine.js";
import { actionsTemplate, brandTemplate, startTemplate } from "./header.js";
import "./help-dialog.js";
import { hitId } from "./hit.js";
import { icon } from "./icons.js";
import { listen } from "./keys.js";
import "./note-dialog.js";
import { watchOffline } from "./offline-status.js";
import "./preview.js";
import { outcomeTemplate, progressTemplate } from "./progress.js";
import { found, resultsTemplate } from "./results.js";
import "./search-box.js";
import { Searcher, asError } from "./searching.js";
import { fromInput } from "./sources.js";
import "./status-dialog.js";
import { currentTheme, nextTheme } from "./theme.js";
import { idleTemplate, welcomeTemplate } from "./welcome.js";

/** @typedef {import("./searching.js").Mode} Mode */
/** @typedef {import("./searching.js").Answer} Answer */
/** @typedef {import("./preview.js").PassagePreview} PassagePreview */
/** @typedef {{ hit: import("../fossick.js").Hit | null, document: import("../fossick.js").StoredDocument | null, error: Error | null, index: number }} Opened */

const HITS = 20;
const RECENT = 8;
/** Pause before the number of results is read out, so that typing is not talked over. */
const ANNOUNCE = 700;

/** The whole page: holds what is asked, found, open and under way, and hands it to the parts. */
export class FossickApp extends LightElement {
  static properties = {
    query: { state: true },
    mode: { state: true },
    k: { state: true },
    answer: { state: true },
    active: { state: true },
    busy: { state: true },
    opened: { state: true },
    progress: { state: true },
    outcome: { state: true },
    notes: { state: true },
    offline: { state: true },
    theme: { state: true },
    announced: { state: true },
  };

  constructor() {
    super();
    const kept = /** @type {{ query?: string, mode?: Mode } | null} */ (history.state) ?? {};
    this.query = kept.query ?? "";
    /** @type {Mode} */
    this.mode = kept.mode ?? "hybrid";
    this.k = HITS;
    /** @type {Answer | null} */
    this.answer = null;
    this.active = -1;
    this.busy = false;
    /** @type {Opened | null} */
    this.opened = null;
    /** @type {import("../fossick.js").Progress | null} */
    this.progress = null;
    /** @type {import("./adding.js").Outcome | null} */
    this.outcome = null;
    /** The outcome stays in the status dialog after its card is dismissed. */
    this.outcomeShown = false;
    /** @type {string[]} */
    this.notes = [];
    /** @type {Set<string>} */
    this.noted = new Set();
    /** @type {import("./offline-status.js").OfflineStatus | null} */
    this.offline = null;
    this.theme = currentTheme();
    this.announced = "";
    this.announceTimer = 0;
    this.refreshedAt = 0;

    this.engine = new Engine();
    this.engine.addEventListener("change", () => this.requestUpdate());
    this.engine.addEventListener("note", (event) => this.note(/** @type {CustomEvent} */ (event).detail));
    this.searcher = new Searcher(
      async (ask, signal) => {
        const fossick = await this.engine.whenReady();
        return fossick.search(ask.query, { k: ask.k, mode: ask.mode, explain: true, signal });
      },
      (answer) => this.answered(answer),
    );
    this.adder = new Adder(
      async (sources, options) => (await this.engine.whenReady()).add(sources, options),
      { onProgress: (progress) => this.progressed(progress), onDone: (outcome) => void this.added(outcome) },
    );
  }

  connectedCallback() {
    super.connectedCallback();
    this.unlisten = listen(this);
    void this.begin();
    watchOffline((status) => (this.offline = status), (text) => this.note(text));
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.unlisten?.();
  }

  async begin() {
    await this.engine.start();
    if (this.query) this.ask();
  }

  firstUpdated() {
    this.box.focusBox();
  }

  get box() {
    return /** @type {import("./search-box.js").SearchBox} */ (this.querySelector("search-box"));
  }

  get preview() {
    return /** @type {PassagePreview | null} */ (this.querySelector("passage-preview"));
  }

  get status() {
    return /** @type {import("./status-dialog.js").StatusDialog} */ (this.querySelector("status-dialog"));
  }

  get hits() {
    return this.answer?.result?.hits ?? [];
  }

  // Asking

  /** @param {string} query */
  typed(query) {
    this.query = query;
    this.k = HITS;
    this.active = -1;
    this.ask();
  }

  /** @param {Mode} mode */
  chose(mode) {
    this.mode = mode;
    this.k = HITS;
    this.active = -1;
    this.ask();
  }

  ask() {
    history.replaceState({ query: this.query, mode: this.mode }, "");
    document.title = this.query.trim() ? `${this.query.trim()} – Fossick` : "Fossick";
    if (!this.query.trim()) {
      this.searcher.stop();
      this.answer = null;
      this.busy = false;
      this.announced = "";
      return;
    }
    this.busy = true;
    this.searcher.run({ query: this.query, mode: this.mode, k: this.k });
  }

  /** @param {Answer} answer */
  answered(answer) {
    this.answer = answer;
    this.busy = answer.interim;
    this.active = Math.min(this.active, this.hits.length - 1);
    for (const note of answer.result?.notes ?? []) this.note(note);
    clearTimeout(this.announceTimer);
    this.announceTimer = window.setTimeout(() => {
      this.announced = answer.result ? `${found(answer.result)} found` : "";
    }, ANNOUNCE);
  }

  more() {
    this.k += HITS;
    this.ask();
  }

  // Opening

  /** @param {number} delta */
  move(delta) {
    if (this.hits.length === 0) return;
    this.active = Math.max(-1, Math.min(this.hits.length - 1, this.active + delta));
    void this.updateComplete.then(() => {
      this.querySelector(".hit.active")?.scrollIntoView({ block: "nearest" });
    });
    if (this.opened && this.active >= 0) void this.openHit(this.active, { focus: false });
  }

  /**
   * @param {number} index
   * @param {{ focus?: boolean }} [options]
   */
  async openHit(index, { focus = true } = {}) {
    const hit = this.hits[index];
    if (!hit) return;
    this.active = index;
    await this.show(hit.documentId, hit, index, focus);
  }

  /**
   * @param {string} documentId
   * @param {import("../fossick.js").Hit | null} hit
   * @param {number} index
   * @param {boolean} [focus]
   */
  async show(documentId, hit, index, focus = true) {
    if (!this.opened) this.before = /** @type {HTMLElement | null} */ (document.activeElement);
    const known = this.opened?.document?.id === documentId ? this.opened.document : null;
    const opened = { hit, document: known, error: /** @type {Error | null} */ (null), index };
    this.opened = opened;
    await this.updateComplete;
    if (focus) this.preview?.focusText();
    if (known) return;
    try {
      const document = await this.engine.opened().get(documentId);
      if (this.opened === opened) this.opened = { ...opened, document };
    } catch (error) {
      if (this.opened === opened) this.opened = { ...opened, error: asError(error) };
    }
  }

  closePreview() {
    if (!this.opened) return;
    const { index } = this.opened;
    this.opened = null;
    void this.updateComplete.then(() => {
      const back = this.before?.isConnected && this.before !== document.body ? this.before : null;
      const hit = this.querySelector(`#${hitId(index)}`);
      const target = back?.dataset.hit ? (hit ?? back) : (back ?? hit ?? this.box.input);
      /** @type {HTMLElement} */ (target).focus();
    });
  }

  /** Esc in the box: first closes what is open, then clears. */
  leave() {
    if (this.opened) this.closePreview();
    else if (this.query) this.typed("");
  }

  home() {
    this.opened = null;
    this.typed("");
    this.box.focusBox();
  }

  // Adding and removing

  /** @param {import("./sources.js").Source[]} sources */
  push(sources) {
    this.outcomeShown = false;
    this.adder.push(sources);
  }

  /** @param {import("../fossick.js").Progress | null} progress */
  progressed(progress) {
    this.progress = progress;
    if (progress?.phase !== "commit" || performance.now() - this.refreshedAt < 2000) return;
    this.refreshedAt = performance.now();
    void this.engine.refresh().catch(() => undefined);
  }

  /** @param {import("./adding.js").Outcome} outcome */
  async added(outcome) {
    this.outcome = outcome;
    this.outcomeShown = true;
    await this.renewed();
  }

  async renewed() {
    await this.engine.refresh().catch(() => undefined);
    if (this.query.trim()) this.ask();
  }

  /** @param {readonly string[]} ids */
  async remove(ids) {
    try {
      await this.engine.opened().remove(ids);
      if (this.opened?.document && ids.includes(this.opened.document.id)) this.opened = null;
    } catch (error) {
      this.note(asError(error).message);
    }
    await this.renewed();
  }

  files() {
    /** @type {HTMLInputElement} */ (this.querySelector("#add-files")).click();
  }

  async folder() {
    if (!("showDirectoryPicker" in window)) {
      /** @type {HTMLInputElement} */ (this.querySelector("#add-folder")).click();
      return;
    }
    try {
      this.push([await window.showDirectoryPicker({ id: "fossick", mode: "read" })]);
    } catch (error) {
      if (asError(error).name !== "AbortError") this.note(asError(error).message);
    }
  }

  /** @param {string} [text] */
  noteDialog(text) {
    /** @type {import("./note-dialog.js").NoteDialog} */ (this.querySelector("note-dialog")).open(text);
  }

  /** @param {Event} event */
  picked(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    this.push(fromInput(input.files ?? []));
    input.value = "";
  }

  /**
   * A sentence for the user, shown once.
   * @param {string} text
   */
  note(text) {
    if (this.noted.has(text)) return;
    this.noted.add(text);
    this.notes = [...this.notes, text];
  }

  /** @param {string} id */
  async embedder(id) {
    this.answer = null;
    await this.engine.choose(id);
    if (this.query.trim()) this.ask();
  }

  // Drawing

  render() {
    const actions = {
      engine: this.engine,
      theme: this.theme,
      onHome: () => this.home(),
      onFiles: () => this.files(),
      onFolder: () => void this.folder(),
      onNote: () => this.noteDialog(),
      onStatus: () => this.status.open(),
      onTheme: () => (this.theme = nextTheme()),
      onHelp: () => this.help(),
    };
    const active = this.active >= 0 ? hitId(this.active) : "";
    return html`
      <header class="bar">
        ${brandTemplate(actions)}
        <search-box .query=${this.query} .mode=${this.mode} .active=${active} .busy=${this.busy}
          @query=${(/** @type {CustomEvent} */ e) => this.typed(e.detail)}
          @mode=${(/** @type {CustomEvent} */ e) => this.chose(e.detail)}
          @move=${(/** @type {CustomEvent} */ e) => this.move(e.detail)}
          @open=${() => void this.openHit(Math.max(0, this.active))}
          @leave=${() => this.leave()}></search-box>
        ${actionsTemplate(actions)}
      </header>
      <div class="stage ${this.opened ? "split" : ""}">
        <main id="results" tabindex="-1">
          ${startTemplate(this.engine, () => void this.engine.restart())}
          ${this.main(actions)}
        </main>
        ${this.opened ? this.openedTemplate(this.opened) : nothing}
      </div>
      ${this.dock()} ${this.overlays()}
    `;
  }

  /** @param {import("./welcome.js").Actions} actions */
  main(actions) {
    const { documents, stats, state } = this.engine;
    if (this.query.trim()) {
      return this.answer
        ? resultsTemplate(this.answer, {
            active: this.active,
            onOpen: (index) => void this.openHit(index),
            onMore: () => this.more(),
            onMode: (mode) => this.chose(mode),
          })
        : nothing;
    }
    if (documents.length === 0) return state === "failed" || this.progress ? nothing : welcomeTemplate(actions);
    return idleTemplate({
      documents: documents.slice(-RECENT).reverse(),
      total: documents.length,
      chunks: stats?.chunks ?? 0,
      onOpen: (id) => void this.show(id, null, -1),
    });
  }

  /** @param {Opened} opened */
  openedTemplate({ hit, document, error, index }) {
    return html`<passage-preview .hit=${hit} .document=${document} .error=${error}
      .position=${hit ? `${index + 1} of ${this.hits.length}` : ""}
      @step=${(/** @type {CustomEvent} */ e) => void this.openHit(index + e.detail)}
      @leave=${() => this.closePreview()}></passage-preview>`;
  }

  dock() {
    return html`<div class="dock">
      ${this.notes.map((text) => html`<div class="card note-card"><p role="status">${icon("info")}<span>${text}</span></p>
        <button type="button" class="icon-button small" aria-label="Dismiss" @click=${() => (this.notes = this.notes.filter((other) => other !== text))}>${icon("close")}</button></div>`)}
      ${this.outcome && this.outcomeShown
        ? outcomeTemplate(this.outcome, () => {
            this.outcomeShown = false;
            this.requestUpdate();
          })
        : nothing}
      ${this.progress ? progressTemplate(this.progress, () => this.adder.cancel()) : nothing}
    </div>`;
  }

  overlays() {
    /** @param {CustomEvent} event */
    const push = (event) => this.push(event.detail);
    return html`
      <p class="visually-hidden" role="status">${this.announced}</p>
      <input id="add-files" class="visually-hidden" type="file" multiple tabindex="-1" aria-label="Add files" @change=${this.picked}>
      <input id="add-folder" class="visually-hidden" type="file" webkitdirectory tabindex="-1" aria-label="Add folder" @change=${this.picked}>
      <drop-zone @sources=${push} @note=${(/** @type {CustomEvent} */ e) => this.noteDialog(e.detail)}></drop-zone>
      <note-dialog @sources=${push}></note-dialog>
      <help-dialog></help-dialog>
      <status-dialog .engine=${this.engine} .stamp=${this.engine.stamp} .offline=${this.offline} .outcome=${this.outcome}
        @embedder=${(/** @type {CustomEvent} */ e) => void this.embedder(e.detail)}
        @remove=${(/** @type {CustomEvent} */ e) => void this.remove(e.detail)}
        @remove-all=${() => void this.remove(this.engine.documents.map(({ id }) => id))}
        @show=${(/** @type {CustomEvent} */ e) => {
          this.status.close();
          void this.show(e.detail, null, -1);
        }}></status-dialog>
    `;
  }

  help() {
    /** @type {import("./help-dialog.js").HelpDialog} */ (this.querySelector("help-dialog")).open();
  }
}

customElements.define("fossick-app", FossickApp);
