// @ts-check
/** Bringing files in and taking documents out: pickers, the queue, what became of it; upkeep. */
import { Adder, merged } from "./adding.js";
import { bytes, count } from "./format.js";
import { asError } from "./searching.js";
import { fromInput } from "./sources.js";

/** @typedef {import("./sources.js").Source} Source */

/** Pause between two looks at what is stored while files are being added, in milliseconds. */
const REFRESH = 2000;
/** Commits of other tabs come in swarms: so long after the first they are shown together. */
const SWARM = 300;
/** Files that are named in a sentence. */
const NAMED = 5;
/** How long an outcome without a problem is shown, in milliseconds. */
const GOOD_NEWS = 12_000;

export class Collecting {
  /** @param {import("./app.js").FossickApp} app */
  constructor(app) {
    this.app = app;
    /** @type {import("../fossick.js").Progress | null} */
    this.progress = null;
    /** @type {import("./adding.js").Outcome | null} kept for the status dialog after dismissal */
    this.outcome = null;
    this.outcomeShown = false;
    this.paused = false;
    /** @type {"" | "repair" | "vacuum"} what is being done to the index as a whole */
    this.upkeep = "";
    this.refreshedAt = 0;
    this.timer = 0;
    /** Runs while a commit is to be shown. */
    this.showing = 0;
    this.adder = new Adder(
      async (sources, options) => (await app.engine.whenReady()).add(sources, options),
      {
        onProgress: (progress) => this.progressed(progress),
        onDone: (outcome) => void this.done(outcome),
      },
    );
  }

  get busy() {
    return this.adder.running !== null;
  }

  /** @param {Source[]} given */
  push(given) {
    const sources = this.app.portable.sorted(given);
    if (given.length > 0 && sources.length === 0) return;
    this.outcomeShown = false;
    const isFolder = (/** @type {any} */ one) => one?.kind === "directory";
    for (const folder of sources.filter(isFolder)) {
      this.app.keeping.add(/** @type {FileSystemDirectoryHandle} */ (folder));
    }
    this.adder.push(sources.filter((one) => !isFolder(one)));
    this.app.requestUpdate();
  }

  /**
   * @param {import("./adding.js").Job["work"]} work
   * @param {boolean} [quiet]
   */
  run(work, quiet) {
    this.adder.run(work, quiet);
  }

  cancel() {
    this.adder.cancel();
  }

  /** @param {boolean} paused */
  async pause(paused) {
    this.paused = paused;
    this.app.requestUpdate();
    try {
      await (await this.app.engine.whenReady()).pauseAdding(paused);
    } catch (error) {
      this.paused = false;
      this.app.notes.add(asError(error).message);
    }
  }

  /** @param {import("../fossick.js").Progress | null} progress */
  progressed(progress) {
    const waits = progress && this.app.engine.state === "starting";
    this.progress = waits ? { ...progress, message: "Waiting for the engine to start" } : progress;
    this.app.requestUpdate();
    if (!progress || performance.now() - this.refreshedAt < REFRESH) return;
    this.refreshedAt = performance.now();
    void this.look();
  }

  /** Counts, and the answer on the page if a commit has come that it does not know. */
  async look() {
    const { app } = this;
    const before = app.engine.stats?.generation;
    await app.engine.count().catch(() => undefined);
    const reading = app.active >= 0 || app.opening.opened;
    if (app.engine.stats?.generation !== before && !reading) app.asking.resume();
  }

  /** There is a commit, perhaps another tab's: while files are added here, that looks by itself. */
  heard() {
    if (this.busy || this.showing || this.app.engine.state !== "ready") return;
    this.showing = window.setTimeout(() => {
      this.showing = 0;
      void this.show();
    }, SWARM);
  }

  /** Reads again what is stored, if there is more or less of it than the page knows. */
  async show() {
    const { engine } = this.app;
    const before = engine.stats;
    await this.look();
    const { documents, chunks, bytes: size } = engine.stats ?? {};
    const same = documents === before?.documents && chunks === before?.chunks;
    if (same && (engine.info?.writable || size === before?.bytes)) return;
    await engine.refresh().catch(() => undefined);
  }

  /** @param {import("./adding.js").Outcome} outcome */
  async done(outcome) {
    if (this.paused) void this.pause(false); // What comes next has not been asked to wait.
    const { added, updated, removed } = outcome.report;
    const dull = outcome.quiet && !outcome.error && added + updated + removed === 0;
    if (dull) {
      await this.app.keeping.refresh();
      return;
    }
    this.outcome = outcome;
    this.outcomeShown = true;
    for (const note of outcome.report.notes) this.app.notes.add(note);
    clearTimeout(this.timer);
    // Good news goes by itself; it stays in the status dialog.
    const good = !outcome.error && (outcome.quiet || outcome.report.failed.length === 0);
    if (good) this.timer = window.setTimeout(() => this.dismiss(), GOOD_NEWS);
    this.app.requestUpdate();
    await this.app.keeping.refresh();
    await this.app.renewed();
  }

  dismiss() {
    this.outcomeShown = false;
    this.app.requestUpdate();
  }

  /** @param {readonly string[]} ids of documents */
  async remove(ids) {
    const { app } = this;
    try {
      await app.engine.opened().remove([...ids]);
      const { opened } = app.opening;
      if (opened?.document && ids.includes(opened.document.id)) app.opening.drop();
    } catch (error) {
      app.notes.add(asError(error).message);
    }
    await app.renewed();
  }

  /**
   * Reads files again that were refused, as far as they are at hand.
   * @param {string[]} paths
   */
  retry(paths) {
    this.adder.run(async (options) => {
      const fossick = await this.app.engine.whenReady();
      const { reports, missing } = await fossick.retry(paths, options);
      if (missing.length > 0) {
        const named = missing.slice(0, NAMED).join(", ");
        const more = missing.length > NAMED ? ` and ${count(missing.length - NAMED, "other")}` : "";
        this.app.notes.add(`This page no longer has ${named}${more}. Add them again.`);
      }
      return merged(reports);
    });
  }

  /** Lets go of what is damaged, and names the files to add again. */
  async repair() {
    await this.keepUp("repair", async (fossick) => {
      const { documents, removed } = await fossick.repair();
      const named = removed.slice(0, NAMED).join(", ");
      const rest = documents - Math.min(removed.length, NAMED);
      const more = named && rest > 0 ? ` and ${count(rest, "other")}` : "";
      const files = named ? `: ${named}${more}` : "";
      return `${count(documents, "document")} taken out of the index. Add the files again${files}.`;
    });
  }

  /** Gives back the room that removed documents still take. */
  async vacuum() {
    await this.keepUp("vacuum", async (fossick) => {
      const done = await fossick.vacuum();
      return `${count(done.documents, "removed document")} taken out; ${bytes(done.bytes)} given back.`;
    });
  }

  /**
   * @param {"repair" | "vacuum"} upkeep
   * @param {(fossick: import("../fossick.js").Fossick) => Promise<string>} work
   */
  async keepUp(upkeep, work) {
    const { app } = this;
    this.upkeep = upkeep;
    app.requestUpdate();
    try {
      app.notes.add(await work(app.engine.opened()));
    } catch (error) {
      app.notes.add(asError(error).message);
    }
    this.upkeep = "";
    await app.renewed();
  }

  pickFiles() {
    this.input("#add-files").click();
  }

  async pickFolder() {
    // Not in TypeScript's DOM types, and not in every browser.
    const pick = /** @type {any} */ (window).showDirectoryPicker;
    if (!pick) {
      this.input("#add-folder").click();
      return;
    }
    try {
      this.push([await pick.call(window, { id: "fossick", mode: "read" })]);
    } catch (reason) {
      const error = asError(reason);
      if (error.name !== "AbortError") this.app.notes.add(error.message);
    }
  }

  /** @param {Event} event */
  picked(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    this.push(fromInput(input.files ?? []));
    input.value = "";
  }

  /** @param {string} selector */
  input(selector) {
    return /** @type {HTMLInputElement} */ (this.app.querySelector(selector));
  }
}
