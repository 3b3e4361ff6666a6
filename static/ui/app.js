// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { isolate } from "../offline.js";
import { Collecting } from "./collecting.js";
import "./drop.js";
import { LightElement } from "./element.js";
import { Engine } from "./engine.js";
import { actionsTemplate, brandTemplate, startTemplate } from "./header.js";
import "./help-dialog.js";
import { hitId } from "./hit.js";
import { listen } from "./keys.js";
import "./note-dialog.js";
import { Notes } from "./notes.js";
import { Offline } from "./offline-status.js";
import { Opening } from "./opening.js";
import "./preview.js";
import { outcomeTemplate, progressTemplate } from "./progress.js";
import { found, resultsTemplate } from "./results.js";
import "./search-box.js";
import { Searcher } from "./searching.js";
import "./status-dialog.js";
import { currentTheme, nextTheme } from "./theme.js";
import { idleTemplate, openingTemplate, welcomeTemplate } from "./welcome.js";

/** @typedef {import("./searching.js").Mode} Mode */
/** @typedef {import("./searching.js").Answer} Answer */
/** @typedef {CustomEvent<any>} Custom */

const HITS = 20;
const RECENT = 8;
/** Pause before the number of results is read out, so that typing is not talked over. */
const ANNOUNCE = 700;

/** The whole page: holds what is asked, found, open and under way, and hands it to the parts. */
export class FossickApp extends LightElement {
  static properties = {
    query: { state: true },
    mode: { state: true },
    answer: { state: true },
    active: { state: true },
    busy: { state: true },
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
    /** Index of the hit that ↑ and ↓ have reached; -1 is the box itself. */
    this.active = -1;
    this.busy = false;
    this.theme = currentTheme();
    this.announced = "";
    this.announceTimer = 0;
    const changed = () => this.requestUpdate();
    this.notes = new Notes(changed);
    this.engine = new Engine();
    this.engine.addEventListener("change", changed);
    this.engine.addEventListener("note", (event) =>
      this.notes.add(/** @type {Custom} */ (event).detail),
    );
    this.collecting = new Collecting(this);
    this.opening = new Opening(this);
    this.offline = new Offline({ onChange: changed, mayReload: () => !this.collecting.busy });
    this.searcher = new Searcher(
      async (ask, signal) => {
        const fossick = await this.engine.whenReady();
        return fossick.search(ask.query, { k: ask.k, mode: ask.mode, explain: true, signal });
      },
      (answer) => this.answered(answer),
    );
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
    if (this.query) this.ask();
  }

  firstUpdated() {
    this.box.focusBox();
  }

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

  get hits() {
    return this.answer?.result?.hits ?? [];
  }

  /** @param {{ query?: string, mode?: Mode }} change */
  asked(change) {
    Object.assign(this, change);
    this.k = HITS;
    this.active = -1;
    this.ask();
  }

  ask() {
    const query = this.query.trim();
    history.replaceState({ query: this.query, mode: this.mode }, "");
    document.title = query ? `${query} – Fossick` : "Fossick";
    this.busy = query !== "";
    if (query) this.searcher.run({ query: this.query, mode: this.mode, k: this.k });
    else {
      this.searcher.stop();
      this.answer = null;
      this.announced = "";
    }
  }

  /** @param {Answer} answer */
  answered(answer) {
    this.answer = answer;
    this.busy = answer.interim;
    this.active = Math.min(this.active, this.hits.length - 1);
    for (const note of answer.result?.notes ?? []) this.notes.add(note);
    clearTimeout(this.announceTimer);
    this.announceTimer = window.setTimeout(() => {
      this.announced = answer.result ? `${found(answer.result)} found` : "";
    }, ANNOUNCE);
  }

  more() {
    this.k += HITS;
    this.ask();
  }

  /** @param {number} delta */
  move(delta) {
    if (this.hits.length === 0) return;
    this.active = Math.max(-1, Math.min(this.hits.length - 1, this.active + delta));
    void this.updateComplete.then(() => {
      this.querySelector(".hit.active")?.scrollIntoView({ block: "nearest" });
    });
    if (this.opening.opened && this.active >= 0) void this.opening.hit(this.active, { focus: false });
  }

  /** Esc in the box: closes what is open, then clears. */
  leave() {
    if (this.opening.opened) void this.opening.close();
    else if (this.query) this.asked({ query: "" });
  }

  home() {
    this.opening.drop();
    this.asked({ query: "" });
    this.box.focusBox();
  }

  /** What is stored has changed: counts and the answer on the page follow. */
  async renewed() {
    await this.engine.refresh().catch(() => undefined);
    if (this.query.trim()) this.ask();
  }

  /** @param {string} id of the embedder that the user chose */
  async embedder(id) {
    await this.engine.choose(id);
    if (this.query.trim()) this.ask();
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
    const actions = {
      engine: this.engine,
      theme: this.theme,
      onHome: () => this.home(),
      onFiles: () => this.collecting.pickFiles(),
      onFolder: () => void this.collecting.pickFolder(),
      onNote: () => this.note(),
      onStatus: () => this.status.open(),
      onTheme: () => (this.theme = nextTheme()),
      onHelp: () => this.help(),
    };
    return html`
      <header class="bar">
        ${brandTemplate(actions)}
        <search-box .query=${this.query} .mode=${this.mode} .active=${this.active >= 0 ? hitId(this.active) : ""} .busy=${this.busy}
          @query=${(/** @type {Custom} */ e) => this.asked({ query: e.detail })}
          @mode=${(/** @type {Custom} */ e) => this.asked({ mode: e.detail })}
          @move=${(/** @type {Custom} */ e) => this.move(e.detail)}
          @open=${() => void this.opening.hit(Math.max(0, this.active))}
          @leave=${() => this.leave()}></search-box>
        ${actionsTemplate(actions)}
      </header>
      <div class="stage ${this.opening.opened ? "split" : ""}">
        <main id="results" tabindex="-1">${this.mainTemplate(actions)}</main>
        ${this.previewTemplate()}
      </div>
      ${this.dockTemplate()} ${this.overlaysTemplate()}
    `;
  }

  /** @param {import("./welcome.js").Actions} actions */
  mainTemplate(actions) {
    const { engine } = this;
    const start = startTemplate(engine, () => void engine.restart());
    if (this.query.trim() && engine.state !== "failed") {
      return html`${start}${this.answer ? this.answerTemplate(this.answer) : nothing}`;
    }
    if (engine.state === "failed") return start;
    if (engine.state === "starting" && engine.remembered > 0) return openingTemplate(engine.remembered, start);
    if (engine.documents.length > 0) {
      return idleTemplate({
        documents: engine.documents,
        recent: RECENT,
        chunks: engine.stats?.chunks ?? 0,
        onOpen: (id) => void this.opening.show(id),
      });
    }
    return html`${start}${welcomeTemplate(actions)}`;
  }

  /** @param {Answer} answer */
  answerTemplate(answer) {
    return resultsTemplate(answer, {
      active: this.active,
      onOpen: (index) => void this.opening.hit(index),
      onMore: () => this.more(),
      onMode: (mode) => this.asked({ mode }),
    });
  }

  previewTemplate() {
    const { opened } = this.opening;
    if (!opened) return nothing;
    const { hit, document, error, index } = opened;
    return html`<passage-preview .hit=${hit} .document=${document} .error=${error}
      .position=${hit ? `${index + 1} of ${this.hits.length}` : ""}
      @step=${(/** @type {Custom} */ e) => void this.opening.hit(index + e.detail)}
      @leave=${() => void this.opening.close()}></passage-preview>`;
  }

  dockTemplate() {
    const { progress, outcome, outcomeShown } = this.collecting;
    return html`<div class="dock">
      ${this.notes.template()}
      ${this.offline.version ? this.offline.updateTemplate() : nothing}
      ${outcome && outcomeShown ? outcomeTemplate(outcome, () => this.collecting.dismiss()) : nothing}
      ${progress ? progressTemplate(progress, () => this.collecting.cancel()) : nothing}
    </div>`;
  }

  overlaysTemplate() {
    const { collecting, engine } = this;
    const push = (/** @type {Custom} */ event) => collecting.push(event.detail);
    const picked = (/** @type {Event} */ event) => collecting.picked(event);
    return html`
      <p class="visually-hidden" role="status">${this.announced}</p>
      <input id="add-files" class="visually-hidden" type="file" multiple tabindex="-1" aria-label="Add files" @change=${picked}>
      <input id="add-folder" class="visually-hidden" type="file" webkitdirectory tabindex="-1" aria-label="Add folder" @change=${picked}>
      <drop-zone @sources=${push} @note=${(/** @type {Custom} */ e) => this.note(e.detail)}></drop-zone>
      <note-dialog @sources=${push}></note-dialog>
      <help-dialog></help-dialog>
      <status-dialog .engine=${engine} .stamp=${engine.stamp} .offline=${this.offline} .copy=${this.offline.status} .outcome=${collecting.outcome}
        @embedder=${(/** @type {Custom} */ e) => void this.embedder(e.detail)}
        @remove=${(/** @type {Custom} */ e) => void collecting.remove(e.detail)}
        @remove-all=${() => void collecting.remove(engine.documents.map(({ id }) => id))}
        @show=${(/** @type {Custom} */ e) => {
          this.status.close();
          void this.opening.show(e.detail);
        }}></status-dialog>
    `;
  }
}

customElements.define("fossick-app", FossickApp);
