// @ts-check
import { html } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { meter } from "./progress.js";
import { recallSentence } from "./recall.js";
import { asError } from "./searching.js";

/** @typedef {import("../fossick.js").CollectionAudit} CollectionAudit */

/** How much of what is there a search by meaning finds: measured when it is asked for. */
export class RecallLine extends LightElement {
  static properties = {
    engine: { attribute: false },
    stamp: { attribute: false },
    progress: { state: true },
    audit: { state: true },
    problem: { state: true },
  };

  constructor() {
    super();
    /** @type {import("./engine.js").Engine | null} */
    this.engine = null;
    this.stamp = 0;
    /** @type {{ done: number, total: number } | null} while it runs */
    this.progress = null;
    /** @type {CollectionAudit | null} */
    this.audit = null;
    /** The commit that it is of. */
    this.generation = -1;
    this.problem = "";
    this.stopping = new AbortController();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stopping.abort();
  }

  render() {
    const stats = this.engine?.stats;
    if (!stats) return "–";
    if (stats.models.length === 0) return "Nothing to measure: no passage has a vector yet";
    if (this.progress) {
      return html`Comparing with a search of every passage ${meter("Measuring", this.progress)}
        <button type="button" class="text-button" @click=${() => this.stopping.abort()}>Stop</button>`;
    }
    const known = this.audit && this.generation === stats.generation ? this.audit : null;
    return html`<span role="status">${this.problem || (known ? recallSentence(known) : "Not measured yet")}</span>
      <button type="button" class="text-button" @click=${this.measure}>${known ? "Measure again" : "Measure"}</button>`;
  }

  async measure() {
    if (this.progress || !this.engine) return;
    this.problem = "";
    this.progress = { done: 0, total: 0 };
    this.stopping = new AbortController();
    try {
      this.audit = await this.engine.opened().audit({
        onProgress: (progress) => (this.progress = progress),
        signal: this.stopping.signal,
      });
      this.generation = this.engine.stats?.generation ?? -1;
    } catch (reason) {
      if (!this.stopping.signal.aborted) this.problem = asError(reason).message;
    }
    this.progress = null;
    await this.updateComplete;
    if (document.activeElement === document.body) this.querySelector("button")?.focus();
  }
}

customElements.define("recall-line", RecallLine);
