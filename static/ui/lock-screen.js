// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { icon, logo } from "./icons.js";

/**
 * All there is of the page while a sealed collection is locked. Fires `unlock` with a passphrase,
 * and `delete`, once that has been asked for twice.
 */
export class LockScreen extends LightElement {
  static properties = {
    error: { attribute: false },
    boot: { attribute: false },
    busy: { type: Boolean },
    sure: { state: true },
  };

  constructor() {
    super();
    /** @type {(Error & { hint?: string }) | null} */
    this.error = null;
    /** @type {import("../fossick.js").Progress | null} */
    this.boot = null;
    this.busy = false;
    this.sure = false;
  }

  get field() {
    return /** @type {HTMLInputElement} */ (this.querySelector("input"));
  }

  firstUpdated() {
    this.field.focus();
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (!changed.has("error") || !this.error) return;
    this.field.focus();
    this.field.select();
  }

  /** @param {SubmitEvent} event */
  unlock(event) {
    event.preventDefault();
    if (this.field.value && !this.busy) this.emit("unlock", this.field.value);
  }

  /** @param {Event} event */
  show(event) {
    const { checked } = /** @type {HTMLInputElement} */ (event.target);
    this.field.type = checked ? "text" : "password";
  }

  render() {
    const { busy, error } = this;
    return html`<main class="lock-screen" id="results" tabindex="-1">
      ${logo()}
      <h1>Fossick is locked</h1>
      <p class="quiet">What it keeps of your files on this device is encrypted. The passphrase opens it.</p>
      <form class="lock-form" @submit=${this.unlock}>
        <label class="label">Passphrase
          <input class="field" type="password" name="passphrase" autocomplete="current-password" autocapitalize="off" spellcheck="false" required
            aria-invalid=${error ? "true" : "false"} aria-describedby="lock-said" ?readonly=${busy}>
        </label>
        <label class="switch"><input type="checkbox" @change=${this.show}> Show it</label>
        <div id="lock-said" role="status">
          ${error ? html`<div class="message danger"><p>${error.message}</p>${error.hint ? html`<p class="quiet">${error.hint}</p>` : nothing}</div>` : nothing}
          ${busy ? html`<progress class="meter" aria-label="Unlocking"></progress><p class="quiet">${this.boot?.message ?? "Unlocking"}…</p>` : nothing}
        </div>
        <button type="submit" class="button primary" ?disabled=${busy}>${icon("lock")} Unlock</button>
      </form>
      ${busy ? nothing : this.way()}
    </main>`;
  }

  way() {
    if (!this.sure) {
      return html`<p class="lock-forgotten"><button type="button" class="text-button" @click=${() => this.ask(true)}>Forgotten?</button></p>`;
    }
    return html`<div class="message lock-forgotten">
      <p>Nobody can recover a passphrase. You can delete what Fossick has kept and begin anew; your files stay where they are, and can be added again.</p>
      <div class="message-actions">
        <button type="button" class="button small" @click=${() => this.ask(false)}>Keep it</button>
        <button type="button" class="button small danger sure" @click=${() => this.emit("delete")}>Delete and start again</button>
      </div>
    </div>`;
  }

  /** @param {boolean} sure */
  async ask(sure) {
    this.sure = sure;
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.querySelector(".lock-forgotten button"))?.focus();
  }
}

customElements.define("lock-screen", LockScreen);
