// @ts-check
/**
 * When it is said what is odd about a query: in a pause, not while the very thing is being typed.
 *
 * What is said stays while it stays true, goes as soon as it does not, and makes room for
 * something else in the next pause.
 */

/** @typedef {import("../fossick.js").QueryProblem} Problem */
/** @typedef {import("../fossick.js").Corrected} Corrected */
/**
 * What there is to say of a query: at least one of these, the first that is there.
 *
 * @typedef {object} Odd
 * @property {string} query
 * @property {readonly Problem[]} problems
 * @property {readonly Corrected[]} [corrected] words that others were searched for besides
 * @property {string} [meant] another query that may be meant, "" for none
 */

/** Time without a key after which something is said, in milliseconds. */
const PAUSE = 600;
/** Words that are named in place of one, at most. */
const CHOICES = 3;

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
    /** The newest proposal; so may this. */
    this.proposal = { query: "", meant: "" };
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
   * @param {readonly Corrected[]} [corrected]
   */
  answered(query, problems, corrected = []) {
    this.answer = { query, problems, corrected };
    this.decide();
  }

  /**
   * @param {string} query
   * @param {string} meant
   */
  proposed(query, meant) {
    this.proposal = { query, meant };
    this.decide();
  }

  decide() {
    const { answer, proposal, shown } = this;
    if (answer.query !== this.query) return; // the answer is on its way
    const meant = proposal.query === this.query ? proposal.meant : "";
    const odd = meant ? { ...answer, meant } : answer;
    const stays = said(odd) && (!this.typing || said(odd) === said(shown));
    this.shown = stays ? odd : null;
    if (said(this.shown) !== said(shown) || this.shown?.query !== shown?.query) this.onChange();
  }
}

/**
 * What is said, in brief; "" for nothing.
 * @param {Odd | null} odd
 */
function said(odd) {
  const corrected = (odd?.corrected ?? []).map(({ from, to }) => `${from} ${to.join(" ")}`);
  return odd?.problems[0]?.message ?? (corrected.join("; ") || (odd?.meant ?? ""));
}

/**
 * The query with words corrected, as one may want to have it: of one word the few likeliest, of
 * several words the likeliest of each.
 *
 * `[{ text: "receive it", words: "receive" }]` for "recieve it".
 *
 * @param {string} query
 * @param {readonly Corrected[]} corrected
 * @returns {{ text: string, words: string }[]}
 */
export function corrections(query, corrected) {
  const [first] = corrected;
  if (!first) return [];
  if (corrected.length === 1) {
    return first.to.slice(0, CHOICES).map((words) => ({
      text: query.slice(0, first.start) + words + query.slice(first.end),
      words,
    }));
  }
  let [text, at] = ["", 0];
  for (const { start, end, to } of corrected) {
    text += query.slice(at, start) + (to[0] ?? "");
    at = end;
  }
  text += query.slice(at);
  return [{ text, words: text.trim() }];
}

/**
 * The stretch of the query that is odd, as long as it stands where it stood.
 *
 * @param {string} query what is in the box now
 * @param {Odd | null} odd
 * @returns {[start: number, end: number] | null}
 */
export function oddStretch(query, odd) {
  const first = odd?.problems[0] ?? odd?.corrected?.[0];
  if (!odd || !first || first.end <= first.start) return null;
  return query.startsWith(odd.query.slice(0, first.end)) ? [first.start, first.end] : null;
}
