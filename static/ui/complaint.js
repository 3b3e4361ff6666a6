// @ts-check
/**
 * When it is said what is odd about a query: in a pause, not while the very thing is being typed.
 *
 * What is said stays while it stays true, goes as soon as it does not, and makes room for
 * something else in the next pause.
 */

/** @typedef {import("../fossick.js").QueryProblem} Problem */
/** @typedef {{ query: string, problems: readonly Problem[] }} Odd At least one problem. */

/** Time without a key after which something is said, in milliseconds. */
const PAUSE = 600;

export class Complaint {
  /**
   * @param {() => void} onChange
   * @param {number} [pause]
   */
  constructor(onChange, pause = PAUSE) {
    this.onChange = onChange;
    this.pause = pause;
    /** What is said now. @type {Odd | null} */
    this.shown = null;
    this.query = "";
    /** The newest answer, which may be to an older query. @type {Odd} */
    this.answer = { query: "", problems: [] };
    this.typing = false;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @param {string} query */
  typed(query) {
    this.query = query;
    this.typing = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.hurry(), this.pause);
    if (!query.trim()) this.answered(query, []);
  }

  /** Enter was pressed, or nothing for a while: whatever there is to say is said now. */
  hurry() {
    clearTimeout(this.timer);
    this.typing = false;
    this.decide();
  }

  /**
   * @param {string} query
   * @param {readonly Problem[]} problems
   */
  answered(query, problems) {
    this.answer = { query, problems };
    this.decide();
  }

  decide() {
    const { answer, shown } = this;
    if (answer.query !== this.query) return; // the answer is on its way
    const [first] = answer.problems;
    const stays = first && (!this.typing || first.message === shown?.problems[0]?.message);
    this.shown = stays ? answer : null;
    if (this.shown !== shown) this.onChange();
  }
}

/**
 * The stretch of the query that is odd, as long as it stands where it stood.
 *
 * @param {string} query what is in the box now
 * @param {Odd | null} odd
 * @returns {[start: number, end: number] | null}
 */
export function oddStretch(query, odd) {
  const [first] = odd?.problems ?? [];
  if (!odd || !first || first.end <= first.start) return null;
  return query.startsWith(odd.query.slice(0, first.end)) ? [first.start, first.end] : null;
}
