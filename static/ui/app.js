// @ts-check

import { isolate } from "../offline.js";
import { html, nothing } from "../vendor/lit.js";
import { Asking } from "./asking.js";
import { clearedTemplate } from "./cleared-notice.js";
import { Collecting } from "./collecting.js";
import "./damage-notice.js";
import { LightElement } from "./element.js";
import { Engine } from "./engine.js";
import { actionsTemplate, brandTemplate, startTemplate } from "./header.js";
import { hitId } from "./hit.js";
import { Keeping } from "./keeping.js";
import { listen } from "./keys.js";
import "./lock-screen.js";
import { Notes } from "./notes.js";
import { Offline } from "./offline-status.js";
import { Opening } from "./opening.js";
import { dockTemplate, overlaysTemplate } from "./overlays.js";
import { Portable } from "./portable.js";
import "./preview.js";
import { resultsTemplate } from "./results.js";
import "./search-box.js";
import { currentTheme, nextTheme } from "./theme.js";
import { idleTemplate, openingTemplate, welcomeTemplate } from "./welcome.js";

/** @typedef {import("./searching.js").Answer} Answer */
/** @typedef {CustomEvent<any>} Custom */

/** Documents listed while nothing is asked. */
const RECENT = 8;
/** Completions that are asked for. */
const SUGGESTED = 5;

/** The whole page: holds what is asked, found, open and under way, and hands it to the parts. */
export class FossickApp extends LightElement {
  static properties = {
    active: { state: true },
    theme: { state: true },
  };

  constructor() {
    super();
    /** Index of the hit that ↑ and ↓ have reached; -1 is the box itself. */
    this.active = -1;
    this.theme = currentTheme();
    const changed = () => this.requestUpdate();
    this.notes = new Notes(changed);
    this.engine = new Engine();
    this.engine.addEventListener("change", changed);
    this.engine.addEventListener("upgraded", () => void this.collecting.look());
    this.engine.addEventListener("commit", () => this.collecting.heard());
    this.engine.addEventListener("lead", () => void this.keeping.lead());
    this.engine.addEventListener("locked", () => this.locked());
    this.engine.addEventListener("note", (event) =>
      this.notes.add(/** @type {Custom} */ (event).detail),
    );
    this.collecting = new Collecting(this);
    this.keeping = new Keeping(this);
    this.opening = new Opening(this);
    this.portable = new Portable(this);
    this.offline = new Offline({ onChange: changed, mayReload: () => !this.collecting.busy });
    this.asking = new Asking(this);
    this.suggest = async (/** @type {string} */ query, /** @type {AbortSignal} */ signal) =>
      (await this.engine.whenReady()).suggest(query, { limit: SUGGESTED, signal });
  }

  connectedCallback() {
    super.connectedCallback();
    this.unlisten = listen(this);
    void this.begin();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.unlisten?.();
  }

  async begin() {
    await isolate();
    const started = this.engine.start();
    void this.offline.begin(started);
    void started.then(() => this.opened());
  }

  /** The collection is open, or could not be opened. */
  opened() {
    if (this.engine.state === "locked") return;
    void this.keeping.begin();
    this.asking.resume();
  }

  /** @param {string} passphrase */
  async unlock(passphrase) {
    await this.engine.unlock(passphrase);
    this.opened();
    await this.updateComplete;
    if (this.engine.state !== "locked") this.box?.focusBox();
  }

  /** Nothing of the collection stays in this page: what was read of it goes with a new one. */
  locked() {
    this.asking.forget();
    this.engine.locked();
    location.reload();
  }

  async firstUpdated() {
    if (!this.box) return;
    // On a touch screen the focus would bring up a keyboard that nobody asked for.
    if (!matchMedia("(pointer: fine)").matches) return;
    await this.box.updateComplete;
    // It may have gone meanwhile, if the collection is locked.
    if (document.activeElement === document.body) this.box?.focusBox();
  }

  /** Not there while the collection is locked. */
  get box() {
    return /** @type {import("./search-box.js").SearchBox} */ (this.querySelector("search-box"));
  }

  get preview() {
    return /** @type {import("./preview.js").PassagePreview | null} */ (
      this.querySelector("passage-preview")
    );
  }

  get status() {
    return /** @type {import("./status-dialog.js").StatusDialog} */ (
      this.querySelector("status-dialog")
    );
  }

  get files() {
    return /** @type {import("./files-dialog.js").FilesDialog} */ (
      this.querySelector("files-dialog")
    );
  }

  get hits() {
    return this.asking.hits;
  }

  /** @param {number} delta */
  move(delta) {
    if (this.hits.length === 0) return;
    this.active = Math.max(-1, Math.min(this.hits.length - 1, this.active + delta));
    void this.updateComplete.then(() => {
      this.querySelector(".hit.active")?.scrollIntoView({ block: "nearest" });
    });
    if (this.opening.opened && this.active >= 0)
      void this.opening.hit(this.active, { focus: false });
  }

  /** Enter in the box: opens the hit that the keys have reached, else the first. */
  enter() {
    this.asking.complaint.hurry();
    void this.opening.hit(Math.max(0, this.active));
  }

  /** Esc in the box: closes what is open, then clears. */
  leave() {
    if (this.opening.opened) void this.opening.close();
    else if (this.asking.query) this.asking.set({ query: "" });
  }

  home() {
    this.opening.drop();
    this.asking.set({ query: "" });
    this.box.focusBox();
  }

  /** What is stored has changed: counts and the answer on the page follow. */
  async renewed() {
    await this.engine.refresh().catch(() => undefined);
    this.asking.resume();
  }

  /** @param {string} id of the embedder that the user chose */
  async embedder(id) {
    await this.engine.choose(id);
    this.asking.resume();
  }

  help() {
    /** @type {import("./help-dialog.js").HelpDialog} */ (this.querySelector("help-dialog")).open();
  }

  /** @param {string} [text] */
  note(text) {
    const dialog = this.querySelector("note-dialog");
    /** @type {import("./note-dialog.js").NoteDialog} */ (dialog).open(text);
  }

  render() {
    const { asking, engine } = this;
    if (engine.state === "locked" || engine.unlocking) return this.lockTemplate();
    const actions = {
      engine: this.engine,
      theme: this.theme,
      onHome: () => this.home(),
      onFiles: () => this.collecting.pickFiles(),
      onFolder: () => void this.collecting.pickFolder(),
      onNote: () => this.note(),
      onList: () => this.files.open(),
      onStatus: () => this.status.open(),
      onTheme: () => (this.theme = nextTheme()),
      onHelp: () => this.help(),
    };
    return html`
      <header class="bar">
        ${brandTemplate(actions)}
        <search-box .query=${asking.query} .mode=${asking.mode} .active=${this.active >= 0 ? hitId(this.active) : ""} .busy=${asking.busy} .odd=${asking.complaint.shown} .suggest=${this.suggest}
          @query=${(/** @type {Custom} */ e) => this.asking.set({ query: e.detail })}
          @mode=${(/** @type {Custom} */ e) => this.asking.set({ mode: e.detail })}
          @move=${(/** @type {Custom} */ e) => this.move(e.detail)}
          @meant=${(/** @type {Custom} */ e) => asking.complaint.proposed(e.detail.query, e.detail.meant)}
          @exactly=${() => asking.exactly()}
          @open=${() => this.enter()}
          @leave=${() => this.leave()}></search-box>
        ${actionsTemplate(actions)}
      </header>
      <div class="stage ${this.opening.opened ? "split" : ""}">
        <main id="results" tabindex="-1">${this.mainTemplate(actions)}</main>
        ${this.previewTemplate()}
      </div>
      ${dockTemplate(this)} ${overlaysTemplate(this)}
    `;
  }

  lockTemplate() {
    const { engine } = this;
    const started = () => void engine.startOver().then(() => this.opened());
    return html`<lock-screen .error=${engine.error} .boot=${engine.boot} ?busy=${engine.state !== "locked"}
      @unlock=${(/** @type {Custom} */ e) => void this.unlock(e.detail)} @delete=${started}></lock-screen>`;
  }

  /** @param {import("./welcome.js").Actions} actions */
  mainTemplate(actions) {
    const { asking, engine } = this;
    // Always first, so that what is asked there outlasts the next key.
    const start = html`${startTemplate(
      engine,
      () => void engine.restart(),
      () => void engine.startOver(),
    )}${clearedTemplate(this)}${this.damageTemplate(actions)}`;
    const isAsked = asking.query.trim() !== "";
    if (!isAsked && engine.state === "starting" && engine.remembered > 0)
      return openingTemplate(engine.remembered, start);
    return html`${start}${engine.state === "failed" ? nothing : this.bodyTemplate(isAsked, actions)}`;
  }

  /**
   * @param {boolean} isAsked
   * @param {import("./welcome.js").Actions} actions
   */
  bodyTemplate(isAsked, actions) {
    const { asking, engine } = this;
    if (isAsked) return asking.answer ? this.answerTemplate(asking.answer) : nothing;
    if (engine.documents.length === 0) return welcomeTemplate(actions);
    return idleTemplate({
      documents: engine.documents,
      recent: RECENT,
      chunks: engine.stats?.chunks ?? 0,
      onOpen: (id) => void this.opening.show(id),
    });
  }

  /** @param {import("./welcome.js").Actions} actions */
  damageTemplate({ onFiles, onFolder }) {
    const { collecting, engine } = this;
    if (engine.state !== "ready") return nothing;
    return html`<damage-notice .damage=${engine.stats?.damage ?? []} .again=${engine.stats?.again ?? []} .folders=${this.keeping.folders} ?busy=${collecting.upkeep !== ""}
      @files=${onFiles} @folder=${onFolder} @repair=${() => void collecting.repair()}></damage-notice>`;
  }

  /** @param {Answer} answer */
  answerTemplate(answer) {
    return resultsTemplate(answer, {
      active: this.active,
      adding: this.collecting.busy,
      onOpen: (index) => void this.opening.hit(index),
      onMore: () => this.asking.more(),
      onExplain: () => this.asking.explainHits(),
      onCopy: (copy, hit) => void this.opening.copy(copy, hit),
      query: this.asking.query,
      fact: (hit) => this.engine.fact(hit.documentId, answer.ask.sort),
      onChange: (change) => this.asking.set(change),
    });
  }

  previewTemplate() {
    const { opened } = this.opening;
    if (!opened) return nothing;
    const { hit, document, error, index, file } = opened;
    return html`<passage-preview .hit=${hit} .document=${document} .error=${error} .file=${file ?? null}
      .position=${index >= 0 ? `${index + 1} of ${this.hits.length}` : ""}
      @step=${(/** @type {Custom} */ e) => void this.opening.hit(index + e.detail)}
      @leave=${() => void this.opening.close()}></passage-preview>`;
  }
}

customElements.define("fossick-app", FossickApp);
