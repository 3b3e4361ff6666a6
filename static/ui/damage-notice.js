// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { count } from "./format.js";
import { icon } from "./icons.js";

/** @typedef {import("../fossick.js").Damage} Damage */

/**
 * What of the index is damaged, and the ways out. Fires `files`, `folder` and, once that has been
 * asked for twice, `repair`.
 */
export class DamageNotice extends LightElement {
  static properties = {
    damage: { attribute: false },
    busy: { type: Boolean },
    sure: { state: true },
  };

  constructor() {
    super();
    /** @type {readonly Damage[]} */
    this.damage = [];
    this.busy = false;
    this.sure = false;
  }

  /** @param {import("lit").PropertyValues} changed */
  willUpdate(changed) {
    if (changed.has("damage") && this.damage.length === 0) this.sure = false;
  }

  render() {
    if (this.damage.length === 0) return nothing;
    return html`<section class="message danger damage" aria-labelledby="damage-title">
      <div role="alert"><h2 id="damage-title">${icon("warning")} ${title(this.damage)}</h2></div>
      ${this.sure ? this.question() : this.ways()}
      <details>
        <summary>${count(this.damage.length, "damaged part")}</summary>
        <ul>${this.damage.map(({ message }) => html`<li>${message}</li>`)}</ul>
      </details>
    </section>`;
  }

  ways() {
    return html`<p>The rest is searched. Add the files again to bring them back, then remove what is damaged.</p>
      <div class="message-actions">
      <button type="button" class="button small" @click=${() => this.emit("folder")}>${icon("folder")} Add folder</button>
      <button type="button" class="button small" @click=${() => this.emit("files")}>${icon("files")} Add files</button>
      <button type="button" class="button small danger" ?disabled=${this.busy} @click=${() => this.ask(true)}>${icon("bin")} ${this.busy ? "Removing…" : "Remove what is damaged…"}</button>
    </div>`;
  }

  question() {
    return html`<p>Take what is damaged out of the index? What has not been added again is not found any more. Your files stay where they are.</p>
      <div class="message-actions">
        <button type="button" class="button small" @click=${() => this.ask(false)}>Keep it</button>
        <button type="button" class="button small danger sure" @click=${this.confirmed}>Remove it</button>
      </div>`;
  }

  confirmed() {
    this.sure = false;
    this.emit("repair");
  }

  /**
   * The focus goes to the way back, and from there back to where it was.
   * @param {boolean} sure
   */
  async ask(sure) {
    this.sure = sure;
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (
      this.querySelector(sure ? ".button" : ".button.danger")
    )?.focus();
  }
}

/**
 * What it comes to, in a line.
 * @param {readonly Damage[]} damage
 */
function title(damage) {
  const lost = sum(damage, "segment");
  if (lost > 0) return `${count(lost, "document")} cannot be searched`;
  const shown = sum(damage, "texts");
  if (shown > 0) return `The text of ${count(shown, "document")} cannot be shown`;
  if (damage.some(({ kind }) => kind === "vectors")) return "Some passages are found by words only";
  return "What was added last may be missing";
}

/**
 * @param {readonly Damage[]} damage
 * @param {Damage["kind"]} kind
 */
function sum(damage, kind) {
  const found = damage.filter((one) => one.kind === kind);
  return found.reduce((total, { documents = 0 }) => total + documents, 0);
}

customElements.define("damage-notice", DamageNotice);
