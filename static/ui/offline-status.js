// @ts-check
/** The offline copy and new versions, as the page shows them. */

import { applyUpdate, watch } from "../offline.js";
import { html } from "../vendor/lit.js";
import { bytes } from "./format.js";
import { icon } from "./icons.js";

/** @typedef {import("../offline.js").OfflineStatus} OfflineStatus */

/** What the status dialog says of each state that has no message of its own. */
const SENTENCES = {
  unavailable: "Not offered by this browser or window",
  waiting: "Not prepared yet",
  downloading: "Keeping a copy on this device",
  ready: "Ready: works without a network",
  paused: "Paused; it goes on by itself",
  failed: "No copy could be kept; tried again on the next visit",
};

/** Watches for the page; call `begin` once. */
export class Offline {
  /** @param {{ onChange: () => void, mayReload: () => boolean }} options */
  constructor({ onChange, mayReload }) {
    this.onChange = onChange;
    this.mayReload = mayReload;
    /** @type {OfflineStatus | null} */
    this.status = null;
    /** Version that lies ready, empty if none. */
    this.version = "";
    /** Why the update could not be taken, for the user. */
    this.refusal = "";
  }

  /** @param {Promise<unknown>} after */
  begin(after) {
    return watch({
      after,
      mayReload: this.mayReload,
      onStatus: (status) => {
        this.status = status;
        this.onChange();
      },
      onUpdate: (version) => {
        this.version = version;
        this.onChange();
      },
    });
  }

  get sentence() {
    const { status } = this;
    if (!status) return SENTENCES.waiting;
    if (status.state === "downloading" && status.total) {
      return `${SENTENCES.downloading}: ${bytes(status.done)} of ${bytes(status.total)}`;
    }
    return status.message || SENTENCES[status.state];
  }

  /** The page is reloaded if every tab agrees; otherwise the reason is shown. */
  async update() {
    if (!this.mayReload()) {
      this.refusal = "Files are still being added; try again when that is done.";
    } else {
      const { applied, message } = await applyUpdate();
      this.refusal = applied ? "" : message;
    }
    this.onChange();
  }

  later() {
    this.version = "";
    this.onChange();
  }

  /** The card that offers a new version. */
  updateTemplate() {
    return html`<section class="card update" aria-label="New version">
      <p role="status">${icon("info")}<span>A new version of Fossick is ready.</span></p>
      <p class="quiet" ?hidden=${!this.refusal}>${this.refusal}</p>
      <div class="dialog-actions">
        <button type="button" class="button small" @click=${() => this.later()}>Later</button>
        <button type="button" class="button small primary" @click=${() => void this.update()}>Reload now</button>
      </div>
    </section>`;
  }
}
