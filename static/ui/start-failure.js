// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { icon } from "./icons.js";

/** Codes of an index that will not open however often it is tried. */
const LOST = ["storage-damaged", "index-version"];

/**
 * Why the engine did not start. Fires `retry`, and for an index that cannot be read `delete`, once
 * that has been asked for twice.
 */
export class StartFailure extends LightElement {
  static properties = {
    error: { attribute: false },
    sure: { state: true },
  };

  constructor() {
    super();
    /** @type {(Error & { hint?: string, code?: string }) | null} */
    this.error = null;
    this.sure = false;
  }

  render() {
    const { error } = this;
    return html`<div class="message danger boot-failure" role="alert">
      <p><strong>Fossick could not start.</strong> ${error?.message}</p>
      ${this.sure ? this.question() : this.ways()}
    </div>`;
  }

  ways() {
    const { error } = this;
    return html`${error?.hint ? html`<p class="quiet">${error.hint}</p>` : nothing}
      <div class="message-actions">
      <button type="button" class="button small" @click=${() => this.emit("retry")}>Try again</button>
      ${
        LOST.includes(error?.code ?? "")
          ? html`<button type="button" class="button small danger" @click=${() => this.ask(true)}>${icon("bin")} Delete this collection and start again…</button>`
          : nothing
      }
    </div>`;
  }

  question() {
    return html`<p>Delete what Fossick has kept of your files? The files themselves stay where they are; add them again afterwards.</p>
      <div class="message-actions">
        <button type="button" class="button small" @click=${() => this.ask(false)}>Keep it</button>
        <button type="button" class="button small danger sure" @click=${() => this.emit("delete")}>Delete and start again</button>
      </div>`;
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

customElements.define("start-failure", StartFailure);
