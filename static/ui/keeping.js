// @ts-check
/** Folders that are remembered: brought up to date when that may be needed and is allowed. */
import { html, nothing } from "../vendor/lit.js";
import { count } from "./format.js";
import { icon } from "./icons.js";
import { asError } from "./searching.js";

/** @typedef {import("../fossick.js").Folder} Folder */
/** @typedef {{ type: string, relativePathComponents: string[] | null, relativePathMovedFrom?: string[] | null }} Change a FileSystemChangeRecord */

/** Between two looks at the folders, in milliseconds, where nothing says that they have changed. */
const EVERY = 300_000;
/** A look when the page is shown again comes no sooner after the last. */
const SOONEST = 30_000;
/** Changes come in swarms: so long after the first they are looked at together. */
const SWARM = 1500;
/** With more of them a look at everything is as quick. */
const MOST_CHANGES = 1000;

export class Keeping {
  /** @param {import("./app.js").FossickApp} app */
  constructor(app) {
    this.app = app;
    /** @type {Folder[]} */
    this.folders = [];
    this.lookedAt = 0;
    this.dismissed = false;
    /** @type {Map<string, { disconnect: () => void }>} by name of the folder */
    this.observers = new Map();
    /** Paths that were changed. @type {Set<string>} */
    this.changed = new Set();
    this.timer = 0;
  }

  /** Folders that the browser wants to be asked for. */
  get waiting() {
    return this.folders.filter(({ permission }) => permission === "prompt");
  }

  async begin() {
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.lookAgain(SOONEST);
    });
    setInterval(() => this.lookAgain(EVERY), EVERY);
    await this.refresh();
    // A tab that another one writes for leaves it to look when there is a reason to.
    if (this.leads) this.lookAgain(0);
  }

  /** Whether this tab writes the collection. */
  get leads() {
    return this.app.engine.info?.writable !== false;
  }

  /** The tab that looked after the folders has gone: this one does from now on. */
  async lead() {
    await this.refresh();
    if (this.folders.some(({ permission }) => permission === "granted")) this.bring();
  }

  /** Read the list anew. */
  async refresh() {
    const { engine } = this.app;
    if (engine.state !== "ready") return;
    this.folders = await engine
      .opened()
      .folders()
      .catch(() => []);
    this.observe();
    this.app.requestUpdate();
  }

  /** @param {number} after milliseconds since the last look */
  lookAgain(after) {
    const open = this.folders.some(({ permission }) => permission === "granted");
    const due = performance.now() - this.lookedAt >= after || this.lookedAt === 0;
    if (open && due && document.visibilityState === "visible") this.bring();
  }

  /**
   * @param {FileSystemDirectoryHandle} handle
   */
  add(handle) {
    this.app.collecting.run(async (options) => {
      const fossick = await this.app.engine.whenReady();
      return fossick.addFolder(handle, options);
    });
  }

  /** @param {string[]} [names] all that may be read where it is left out */
  bring(names) {
    this.lookedAt = performance.now();
    this.sync(names ? { names } : {}, !names);
  }

  /**
   * @param {{ names?: string[], changed?: string[] }} which
   * @param {boolean} quiet
   */
  sync(which, quiet) {
    this.app.collecting.run(
      async (options) => (await this.app.engine.whenReady()).syncFolders({ ...options, ...which }),
      quiet,
    );
  }

  /**
   * Documents of which something is damaged: folders that hold their files are read again.
   * @param {readonly string[]} paths
   */
  damaged(paths) {
    const open = this.folders.filter(({ permission }) => permission === "granted");
    const names = open.map(({ name }) => name);
    const held = names.filter((name) => paths.some((path) => path.startsWith(`${name}/`)));
    if (held.length > 0) this.bring(held);
  }

  /** Reads all folders, asking the browser for those that wait; comes of a click. */
  async readAgain() {
    for (const { handle, permission } of this.folders) {
      if (permission === "granted") continue;
      await /** @type {any} */ (handle).requestPermission?.({ mode: "read" });
    }
    await this.refresh();
    const open = this.folders.filter(({ permission }) => permission === "granted");
    if (open.length > 0) this.bring(open.map(({ name }) => name));
  }

  /** @param {string} name */
  async update(name) {
    const folder = this.folders.find((one) => one.name === name);
    if (folder?.permission === "prompt") {
      await /** @type {any} */ (folder.handle).requestPermission?.({ mode: "read" });
      await this.refresh();
    }
    this.bring([name]);
  }

  /**
   * Change what is left out of a folder.
   *
   * @param {{ name: string } & import("../fossick.js").FolderRules} rules
   */
  async rule({ name, ...rules }) {
    const folder = this.folders.find((one) => one.name === name);
    if (!folder) return;
    if (folder.permission === "prompt") {
      await /** @type {any} */ (folder.handle).requestPermission?.({ mode: "read" });
    }
    this.app.collecting.run(async (options) =>
      this.app.engine.opened().addFolder(folder.handle, { ...options, ...rules }),
    );
  }

  /** @param {string} name */
  async forget(name) {
    const { app } = this;
    try {
      await app.engine.opened().forgetFolder(name);
    } catch (error) {
      app.notes.add(asError(error).message);
    }
    await this.refresh();
    await app.renewed();
  }

  /** Listen for changes where the browser tells of them. */
  observe() {
    const Observer = /** @type {any} */ (globalThis).FileSystemObserver;
    if (!Observer || !this.leads) return;
    const open = this.folders.filter(({ permission }) => permission === "granted");
    for (const [name, observer] of this.observers) {
      if (open.some((folder) => folder.name === name)) continue;
      observer.disconnect();
      this.observers.delete(name);
    }
    for (const { name, handle } of open) {
      if (this.observers.has(name)) continue;
      const observer = new Observer((/** @type {Change[]} */ changes) => this.heard(name, changes));
      this.observers.set(name, observer);
      observer.observe(handle, { recursive: true }).catch(() => this.observers.delete(name));
    }
  }

  /**
   * @param {string} name
   * @param {Change[]} changes
   */
  heard(name, changes) {
    for (const path of changes.flatMap((change) => pathsOf(name, change))) this.changed.add(path);
    this.timer ||= window.setTimeout(() => {
      const changed = [...this.changed];
      this.changed.clear();
      this.timer = 0;
      const known = new Set(this.folders.map((folder) => folder.name));
      const there = changed.filter((path) => known.has(path.split("/", 1)[0]));
      if (changed.length > MOST_CHANGES) this.bring();
      else if (there.length > 0) this.sync({ changed: there }, true);
    }, SWARM);
  }

  /** A card that offers to ask for the folders that may not be read yet. */
  template() {
    const { waiting } = this;
    if (waiting.length === 0 || this.dismissed) return nothing;
    const named = waiting.length === 1 ? waiting[0].name : count(waiting.length, "folder");
    return html`<section class="card note-card folders-card" aria-label="Folders">
      <p role="status">${icon("folder")}<span>${named} may have changed since ${waiting.length === 1 ? "it was" : "they were"} last read.</span></p>
      <button type="button" class="button small" @click=${() => void this.readAgain()}>Bring up to date</button>
      <button type="button" class="icon-button small" aria-label="Not now" title="Not now" @click=${() => this.dismiss()}>${icon("close")}</button>
    </section>`;
  }

  dismiss() {
    this.dismissed = true;
    this.app.requestUpdate();
  }
}

/**
 * What has to be looked at after a change: all of the folder where the browser does not say.
 *
 * @param {string} name
 * @param {Change} change
 */
function pathsOf(name, { type, relativePathComponents: at, relativePathMovedFrom: from }) {
  if (type === "unknown" || type === "errored" || !at) return [name];
  return [at, from ?? at].map((parts) => [name, ...parts].join("/"));
}
