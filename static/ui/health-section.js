// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { bytes, count, duration } from "./format.js";
import { comesBack, damageTitle, lookedAt, named, readAgain, remembered } from "./health.js";
import { icon } from "./icons.js";
import { meter } from "./progress.js";
import { asError } from "./searching.js";
import { recall, remember } from "./theme.js";

/** @typedef {import("../fossick.js").Damage} Damage */

const KEY = "fossick.checked";
/** Files that are named in a sentence. */
const NAMED = 8;

/**
 * Whether the index is whole: what the last check has found, and a new one on demand. Fires
 * `checked` with what a check has found, `bring` for folders that hold what is to be read again,
 * and, once that has been asked for twice, `repair`.
 */
export class HealthSection extends LightElement {
  static properties = {
    engine: { attribute: false },
    stamp: { attribute: false },
    folders: { attribute: false },
    upkeep: {},
    progress: { state: true },
    problem: { state: true },
    sure: { state: true },
  };

  constructor() {
    super();
    /** @type {import("./engine.js").Engine | null} */
    this.engine = null;
    this.stamp = 0;
    /** @type {readonly import("../fossick.js").Folder[]} */
    this.folders = [];
    this.upkeep = "";
    /** @type {import("../fossick.js").Progress | null} while a check runs */
    this.progress = null;
    this.last = readAgain(recall(KEY));
    /** What only a check finds, as long as nothing has changed since. */
    this.besides = { generation: -1, damage: /** @type {Damage[]} */ ([]) };
    this.problem = "";
    this.sure = false;
    this.stopping = new AbortController();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.stopping.abort();
  }

  /** Known damage, and what the last check has found beside it. */
  get damage() {
    const stats = this.engine?.stats;
    if (!stats) return [];
    const besides = this.besides.generation === stats.generation ? this.besides.damage : [];
    return [...stats.damage, ...besides];
  }

  render() {
    if (!this.engine?.stats) return html`<p class="quiet">Not known yet.</p>`;
    return html`${this.found()} ${this.progress ? this.checking(this.progress) : this.actions()}`;
  }

  found() {
    const { damage } = this;
    if (this.problem) return html`<p role="status">${icon("warning")} ${this.problem}</p>`;
    if (damage.length > 0) return this.damaged(damage);
    if (!this.last)
      return html`<p role="status">Nothing is known to be damaged. Each start looks at the words and the tables; not everything has been read in full yet.</p>`;
    return html`<p role="status" class="well">${icon("check")} <span>All was well when it was last read in full${this.last.damaged ? ", apart from what was repaired since" : ""}.
      <span class="quiet block">${lookedAt(this.last)}</span></span></p>`;
  }

  /** @param {readonly Damage[]} damage */
  damaged(damage) {
    const { kept, others } = comesBack(this.engine?.stats?.again ?? [], this.folders);
    return html`<div role="status">
        <p class="unwell">${icon("warning")} <strong>${damageTitle(damage)}</strong></p>
        ${kept ? html`<p>${count(kept, "file")} in your folders ${kept === 1 ? "brings" : "bring"} it back. <button type="button" class="text-button" @click=${() => this.emit("bring")}>Read ${kept === 1 ? "it" : "them"} again now</button></p>` : nothing}
        ${others.length ? html`<p>Add again: ${named(others, NAMED)}</p>` : nothing}
      </div>
      <details>
        <summary>${count(damage.length, "damaged part")}</summary>
        <ul>${damage.map(({ message, hint }) => html`<li>${message} <span class="quiet">${hint}</span></li>`)}</ul>
      </details>`;
  }

  /** @param {import("../fossick.js").Progress} progress */
  checking(progress) {
    const { done, total, secondsLeft } = progress;
    const amount = total > 0 ? `${bytes(done)} of ${bytes(total)}` : "";
    const left = secondsLeft && secondsLeft >= 1 ? `${duration(secondsLeft)} left` : "";
    return html`<p>Reading every byte of the index. Searching goes on meanwhile.</p>
      ${meter("Checking the index", progress)}
      <p class="progress-line number"><span>${amount}</span><span>${left}</span></p>
      <div class="dialog-actions"><button type="button" class="button small" @click=${() => this.stopping.abort()}>Stop</button></div>`;
  }

  actions() {
    const repairing = this.upkeep === "repair";
    if (this.sure) {
      return html`<div class="dialog-actions">
        <p>Take what is damaged out of the index? What has not been added again is not found any more. Your files stay where they are.</p>
        <button type="button" class="button small" @click=${() => (this.sure = false)}>Keep it</button>
        <button type="button" class="button small danger sure" @click=${this.repair}>Repair</button>
      </div>`;
    }
    return html`<div class="dialog-actions">
      <button type="button" class="button small" ?disabled=${this.upkeep !== ""} @click=${this.check}>Check now</button>
      ${this.damage.length ? html`<button type="button" class="button small danger" ?disabled=${this.upkeep !== ""} @click=${() => (this.sure = true)}>${repairing ? "Repairing…" : "Repair…"}</button>` : nothing}
    </div>`;
  }

  repair() {
    this.sure = false;
    this.emit("repair");
  }

  async check() {
    const { engine } = this;
    if (this.progress || !engine) return;
    this.problem = "";
    this.progress = { phase: "verify", done: 0, total: 0 };
    this.stopping = new AbortController();
    try {
      const checked = await engine.opened().check({
        onProgress: (progress) => (this.progress = progress),
        signal: this.stopping.signal,
      });
      this.last = remembered(checked, Date.now());
      remember(KEY, JSON.stringify(this.last));
      await engine.count();
      const known = new Set((engine.stats?.damage ?? []).map(({ message }) => message));
      const damage = checked.damage.filter(({ message }) => !known.has(message));
      this.besides = { generation: engine.stats?.generation ?? -1, damage };
      this.emit("checked", checked);
    } catch (reason) {
      if (!this.stopping.signal.aborted) this.problem = asError(reason).message;
    }
    this.progress = null;
    await this.updateComplete;
    if (document.activeElement === document.body) this.querySelector("button")?.focus();
  }
}

customElements.define("health-section", HealthSection);
