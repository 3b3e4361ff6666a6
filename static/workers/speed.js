// @ts-check
/** How fast a model is, measured as it goes. */

/** Share of the latest batch in the mean. */
const LATEST = 0.2;

export class Speed {
  constructor() {
    /** Tokens of one lane in a millisecond, padding included, of late; 0 before the first batch. */
    this.perMillisecond = 0;
    this.texts = 0;
    this.tokens = 0;
    this.padding = 0;
    /** Milliseconds, of all lanes together. */
    this.busy = 0;
  }

  /**
   * @param {Uint32Array[]} rows token ids of a batch
   * @param {number} milliseconds
   * @param {boolean} padded
   */
  note(rows, milliseconds, padded) {
    const tokens = rows.reduce((total, row) => total + row.length, 0);
    const size = padded ? rows.length * Math.max(...rows.map((row) => row.length)) : tokens;
    this.texts += rows.length;
    this.tokens += tokens;
    this.padding += size - tokens;
    this.busy += milliseconds;
    const now = size / Math.max(milliseconds, 0.1);
    this.perMillisecond += (now - this.perMillisecond) * (this.perMillisecond ? LATEST : 1);
  }

  /**
   * @param {number} lanes
   * @returns {{ texts: number, tokens: number, padding: number, tokensPerSecond: number }} padding
   *   as a share of what was run
   */
  told(lanes) {
    const { texts, tokens, padding, busy } = this;
    return {
      texts,
      tokens,
      padding: padding / Math.max(tokens + padding, 1),
      tokensPerSecond: Math.round((tokens / Math.max(busy, 1)) * 1000 * lanes),
    };
  }
}
