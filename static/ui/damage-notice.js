// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { count } from "./format.js";
import { comesBack, damageTitle, named } from "./health.js";
import { icon } from "./icons.js";

/** @typedef {import("../fossick.js").Damage} Damage */

/** Files that are named in a sentence. */
const NAMED = 5;

/**
 * What of the index is damaged, and the ways out. Fires `files`, `folder` and, once that has been
 * asked for twice, `repair`.
 */
export class DamageNotice extends LightElement {
  static properties = {
    damage: { attribute: false },
    again: { attribute: false },
    folders: { attribute: false },
    busy: { type: Boolean },
    sure: { state: true },
  };

  constructor() {
    super();
    /** @type {readonly Damage[]} */
    this.damage = [];
    /** @type {readonly string[]} paths of files that bring it back */
    this.again = [];
    /** @type {readonly import("../fossick.js").Folder[]} */
    this.folders = [];
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
      <div role="alert"><h2 id="damage-title">${icon("warning")} ${damageTitle(this.damage)}</h2></div>
      ${this.sure ? this.question() : this.ways()}
      <details>
        <summary>${count(this.damage.length, "damaged part")}</summary>
        <ul>${this.damage.map(({ message }) => html`<li>${message}</li>`)}</ul>
      </details>
    </section>`;
  }

  ways() {
    return html`<p>The rest is searched. ${this.wayBack()}</p>
      <div class="message-actions">
      <button type="button" class="button small" @click=${() => this.emit("folder")}>${icon("folder")} Add folder</button>
      <button type="button" class="button small" @click=${() => this.emit("files")}>${icon("files")} Add files</button>
      <button type="button" class="button small danger" ?disabled=${this.busy} @click=${() => this.ask(true)}>${icon("bin")} ${this.busy ? "Removing…" : "Remove what is damaged…"}</button>
    </div>`;
  }

  /** Which files bring it back, as far as that can be told. */
  wayBack() {
    const { kept, others } = comesBack(this.again, this.folders);
    if (kept + others.length === 0)
      return "Add the files again to bring them back, then remove what is damaged.";
    const own = kept
      ? `${count(kept, "file")} in your folders will be read again by themselves. `
      : "";
    return others.length ? `${own}Add again: ${named(others, NAMED)}.` : own;
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

customElements.define("damage-notice", DamageNotice);
