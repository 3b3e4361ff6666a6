// @ts-check
/**
 * The engine's hold on the parse workers: jobs of files for whichever is free, a time limit on
 * silence, and a new worker after a crash or a hang. The file that did it is said to be damaged,
 * and the job goes on behind it.
 */

import { FossickError } from "../errors.js";
import { Lane, SILENCE } from "./parse-lane.js";

/** @typedef {import("./sources.js").Readable} Readable */

/** Milliseconds without a job after which the workers are ended, for each holds some 100 MB. */
const IDLE = 60_000;
/** A worker that has failed to start so often will not start at all. */
const MOST_FAILURES = 2;

export class ParsePool {
  /**
   * @param {() => Promise<string>} vocabulary
   * @param {{ size?: number, silence?: number, idle?: number, limits?: Record<string, number> }} [options]
   *   `silence` and `idle` in milliseconds; `limits` of app.formats.limits that are not the defaults
   */
  constructor(vocabulary, { size = workers(), silence, idle = IDLE, limits = {} } = {}) {
    this.size = size;
    this.silence = silence ?? (limits.seconds ? limits.seconds * 1000 : SILENCE);
    this.idle = idle;
    this.limits = limits;
    this.vocabulary = vocabulary;
    /** Whether workers cannot be had at all. */
    this.broken = false;
    this.failures = 0;
    /** @type {Set<Lane>} */
    this.lanes = new Set();
    /** @type {Lane[]} */
    this.free = [];
    /** @type {((lane: Lane | null) => void)[]} */
    this.waiting = [];
    this.timer = 0;
  }

  /** Whether a worker is there. */
  get ready() {
    return [...this.lanes].some(({ started }) => started);
  }

  /** Start the workers, if that was not done. */
  warm() {
    while (!this.broken && this.lanes.size < this.size) void this.add();
  }

  async add() {
    const lane = new Lane(this.silence);
    this.lanes.add(lane);
    try {
      await lane.start(await this.vocabulary(), this.limits);
      this.failures = 0;
      this.release(lane);
    } catch (error) {
      lane.end();
      if (!this.lanes.delete(lane)) return; // All were ended while it started.
      console.warn("fossick: a parse worker could not be started", error);
      this.failures += 1;
      if (this.failures < MOST_FAILURES) this.warm();
      else this.giveUp();
    }
  }

  giveUp() {
    this.broken = true;
    if (this.lanes.size === 0) for (const take of this.waiting.splice(0)) take(null);
  }

  /** @returns {Promise<Lane>} */
  async acquire() {
    clearTimeout(this.timer);
    this.warm();
    const lane = this.free.pop() ?? (await this.wait());
    if (!lane) throw new FossickError("internal", "Files cannot be read here.", "Reload the page.");
    return lane;
  }

  /** @returns {Promise<Lane | null>} */
  wait() {
    if (this.broken && this.lanes.size === 0) return Promise.resolve(null);
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** @param {Lane} lane */
  release(lane) {
    if (!this.lanes.has(lane)) return;
    const next = this.waiting.shift();
    if (next) return next(lane);
    this.free.push(lane);
    clearTimeout(this.timer);
    if (this.free.length === this.lanes.size)
      this.timer = setTimeout(() => this.close(), this.idle);
  }

  /**
   * End a worker and start another in its place.
   *
   * @param {Lane} lane
   */
  replace(lane) {
    lane.end();
    this.lanes.delete(lane);
    this.warm();
  }

  /**
   * @param {Readable[]} sources
   * @param {string} known JSON of digests in hex by path
   */
  begin(sources, known) {
    return new ParseJob(this, sources, known);
  }

  /**
   * A file in an archive or a mail, null where it cannot be had.
   *
   * @param {Readable} source
   * @param {string} wanted its path inside
   */
  async member(source, wanted) {
    const lane = await this.acquire();
    try {
      const found = await lane.member(sendable(source), wanted);
      this.release(lane);
      return found;
    } catch (error) {
      console.warn("fossick: a file could not be unpacked", error);
      this.replace(lane);
      return null;
    }
  }

  /** End all workers; the next job starts new ones. */
  close() {
    clearTimeout(this.timer);
    for (const lane of this.lanes) lane.end();
    this.lanes.clear();
    this.free = [];
  }
}

/** Processors that are left beside the engine's, three at most. */
function workers() {
  return Math.min(3, Math.max(1, (navigator.hardwareConcurrency ?? 2) - 1));
}

class ParseJob {
  /**
   * @param {ParsePool} pool
   * @param {Readable[]} sources
   * @param {string} known
   */
  constructor(pool, sources, known) {
    this.pool = pool;
    this.sources = sources.map(sendable);
    this.known = known;
    /** @type {Set<string>} */
    this.done = new Set();
    /** @type {Lane | null} */
    this.lane = null;
    this.ended = false;
    /** Workers that were lost since one has answered. */
    this.losses = 0;
  }

  /** @returns {Promise<string | null>} JSON of some outcomes; null at the end */
  async next() {
    if (this.ended) return null;
    try {
      const lane = await this.take();
      const found = await lane.next();
      if (!found) this.close();
      for (const path of found?.paths ?? []) this.done.add(path);
      this.losses = 0;
      return found?.batch ?? null;
    } catch (error) {
      // Without a lane nobody is to blame: there is none to be had, or nobody wants to know.
      if (!this.lane) throw error;
      return this.blame(this.lane, error);
    }
  }

  async take() {
    if (this.lane) return this.lane;
    const lane = await this.pool.acquire();
    if (this.ended) {
      this.pool.release(lane);
      throw new FossickError("cancelled", "The caller gave up.");
    }
    this.lane = lane;
    await lane.begin(this.sources, this.known, [...this.done]);
    return lane;
  }

  /**
   * A worker was lost: say so of the file that it had opened, and go on behind it.
   *
   * @param {Lane} lane
   * @param {unknown} error
   */
  blame(lane, error) {
    this.pool.replace(lane);
    this.lane = null;
    this.losses += 1;
    const next = this.sources.find((source) => !this.done.has(source.path))?.path;
    if (this.ended || !next) throw error;
    const named = lane.path && !this.done.has(lane.path);
    // It may have died between two files: then the next worker does as well, or goes on.
    if (!named && this.losses === 1) return "[]";
    const path = named ? lane.path : next;
    this.done.add(path);
    const message = `${path} could not be read: ${error instanceof Error ? error.message : error}`;
    const hint = "Open and save it again in the program that made it, then add it again.";
    const outcome = { path, size: 0, digest: "", modified: null, members: null };
    return JSON.stringify([{ ...outcome, problem: ["damaged", message, hint] }]);
  }

  /** Nothing more is wanted. */
  close() {
    const { lane } = this;
    this.ended = true;
    this.lane = null;
    if (!lane) return;
    if (lane.busy) this.pool.replace(lane);
    else this.pool.release(lane);
  }
}

/**
 * What crosses to a worker of a source.
 *
 * @param {Readable} source
 * @returns {Readable}
 */
function sendable({ path, size, modified, file, handle }) {
  return { path, size, modified, file, handle };
}
