// @ts-check
/**
 * Search as you type: one search at a time, the newest wording next, anything between dropped.
 *
 * A search that waits for the model (it may be busy with new files) is answered by words first,
 * marked `interim`, so that a keystroke never meets an empty page.
 */

/** @typedef {"hybrid" | "keyword" | "vector"} Mode */
/** @typedef {import("../fossick.js").Sort} Sort */
/**
 * @typedef {{
 *   query: string, mode: Mode, sort: Sort, operator: "any" | "all", correct: boolean,
 *   explain: boolean, rerank: boolean | null, k: number
 * }} Ask  `rerank` is null where there is no reranker
 */
/**
 * @typedef {object} Answer
 * @property {Ask} ask
 * @property {import("../fossick.js").SearchResult | null} result
 * @property {import("../fossick.js").FossickError | Error | null} error
 * @property {boolean} interim
 */

/** How long a search may wait for the model before words answer alone, in milliseconds. */
const PATIENCE = 350;

export class Searcher {
  /**
   * @param {(ask: Ask, signal: AbortSignal) => Promise<import("../fossick.js").SearchResult>} search
   * @param {(answer: Answer) => void} onAnswer
   */
  constructor(search, onAnswer) {
    this.search = search;
    this.onAnswer = onAnswer;
    /** @type {Ask | null} */
    this.waiting = null;
    /** @type {AbortController | null} */
    this.running = null;
  }

  /** @param {Ask} ask */
  run(ask) {
    this.waiting = ask;
    if (this.running) this.running.abort();
    else void this.drain();
  }

  /** Forgets what runs and what waits; nothing more is answered. */
  stop() {
    this.waiting = null;
    this.running?.abort();
  }

  async drain() {
    while (this.waiting) {
      const ask = this.waiting;
      this.waiting = null;
      this.running = new AbortController();
      await this.answer(ask, this.running.signal);
      this.running = null;
    }
  }

  /**
   * @param {Ask} ask
   * @param {AbortSignal} signal
   */
  async answer(ask, signal) {
    const timer =
      ask.mode === "hybrid" ? setTimeout(() => void this.bridgeTheWait(ask, signal), PATIENCE) : 0;
    try {
      const result = await settled(this.search(ask, signal), signal);
      if (!signal.aborted) this.onAnswer({ ask, result, error: null, interim: false });
    } catch (error) {
      if (!signal.aborted)
        this.onAnswer({ ask, result: null, error: asError(error), interim: false });
    } finally {
      clearTimeout(timer);
      this.done = ask;
    }
  }

  /**
   * @param {Ask} ask
   * @param {AbortSignal} signal
   */
  async bridgeTheWait(ask, signal) {
    try {
      const result = await this.search({ ...ask, mode: "keyword", rerank: null }, signal);
      if (!signal.aborted && this.done !== ask) {
        this.onAnswer({ ask, result, error: null, interim: true });
      }
    } catch {
      // The full search is still under way and will say what is wrong.
    }
  }
}

/**
 * The promise, or a rejection as soon as the signal fires: a superseded search may take its time
 * to stop and must not hold up the next one.
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} signal
 * @returns {Promise<T>}
 */
function settled(promise, signal) {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
}

/**
 * @param {unknown} error
 * @returns {Error}
 */
export function asError(error) {
  return error instanceof Error ? error : new Error(String(error));
}
