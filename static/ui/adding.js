// @ts-check
/**
 * The queue of things to add: one job at a time, one progress line, one report at the end.
 * Searching goes on meanwhile.
 */
import { asError } from "./searching.js";

/** @typedef {import("./sources.js").Source} Source */
/** @typedef {import("../fossick.js").AddReport} AddReport */
/** @typedef {import("../fossick.js").Progress} Progress */
/**
 * @typedef {object} Outcome
 * @property {AddReport} report of all jobs since the queue was last empty
 * @property {Error | null} error
 * @property {boolean} cancelled
 * @property {boolean} quiet nobody has asked for it: worth a word only if something has changed
 */
/** @typedef {{onProgress: (progress: Progress) => void, signal: AbortSignal}} JobOptions */
/** @typedef {{ work: (options: JobOptions) => Promise<AddReport>, quiet: boolean }} Job */

export class Adder {
  /**
   * @param {(sources: Source[], options: {onProgress: (progress: Progress) => void, signal: AbortSignal}) => Promise<AddReport>} add
   * @param {{ onProgress: (progress: Progress | null) => void, onDone: (outcome: Outcome) => void }} listeners
   */
  constructor(add, { onProgress, onDone }) {
    this.add = add;
    this.onProgress = onProgress;
    this.onDone = onDone;
    /** @type {Job[]} */
    this.queue = [];
    /** @type {AbortController | null} */
    this.running = null;
  }

  /** @param {Source[]} sources */
  push(sources) {
    if (sources.length > 0) this.run((options) => this.add(sources, options));
  }

  /**
   * @param {Job["work"]} work
   * @param {boolean} [quiet]
   */
  run(work, quiet = false) {
    this.queue.push({ work, quiet });
    if (!this.running) void this.drain();
  }

  /** Stops after the file at hand; what was committed stays. */
  cancel() {
    this.queue = [];
    this.running?.abort();
  }

  async drain() {
    this.running = new AbortController();
    const { signal } = this.running;
    const report = emptyReport();
    let quiet = true;
    /** @type {Error | null} */
    let error = null;
    for (let job = this.queue.shift(); job && !error; job = this.queue.shift()) {
      quiet &&= job.quiet;
      if (!job.quiet) this.onProgress({ phase: "scan", done: 0, total: 0 });
      try {
        merge(report, await job.work({ onProgress: (p) => this.onProgress(p), signal }));
      } catch (reason) {
        error = asError(reason);
      }
    }
    this.queue = [];
    this.running = null;
    this.onProgress(null);
    const cancelled = signal.aborted;
    this.onDone({ report, error: cancelled ? null : error, cancelled, quiet });
  }
}

/** @returns {AddReport} */
export function emptyReport() {
  return {
    added: 0,
    updated: 0,
    skipped: 0,
    removed: 0,
    moved: 0,
    failed: [],
    chunks: 0,
    seconds: 0,
    timings: {},
    notes: [],
  };
}

/**
 * Several reports as one.
 * @param {readonly AddReport[]} reports
 */
export function merged(reports) {
  const all = emptyReport();
  for (const report of reports) merge(all, report);
  return all;
}

const COUNTS = /** @type {const} */ ([
  "added",
  "updated",
  "skipped",
  "removed",
  "moved",
  "chunks",
  "seconds",
]);

/**
 * @param {AddReport} into
 * @param {AddReport} from
 */
function merge(into, from) {
  for (const key of COUNTS) into[key] += from[key];
  into.failed.push(...from.failed);
  into.notes.push(...from.notes);
}
