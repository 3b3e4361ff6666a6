// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { icon } from "./icons.js";
import { DIFFER, passphraseField } from "./passphrase-field.js";
import { asError } from "./searching.js";

/** Minutes that can be chosen; 0 is never. */
const MINUTES = [1, 5, 15, 30, 60, 0];

/**
 * What each form asks for: names of its fields with their labels.
 * @type {Record<"seal" | "change" | "unseal", { fields: [name: string, label: string][], action: string, busy: string, done: string }>}
 */
const FORMS = {
  seal: {
    fields: [
      ["fresh", "Passphrase"],
      ["again", "The same again"],
    ],
    action: "Encrypt",
    busy: "Encrypting what is kept…",
    done: "What is kept is encrypted now.",
  },
  change: {
    fields: [
      ["old", "Passphrase until now"],
      ["fresh", "New passphrase"],
      ["again", "The new one again"],
    ],
    action: "Change",
    busy: "Changing it…",
    done: "The new passphrase opens it from now on.",
  },
  unseal: {
    fields: [["old", "Passphrase"]],
    action: "Decrypt",
    busy: "Decrypting what is kept…",
    done: "What is kept is no longer encrypted.",
  },
};

/** Setting, changing and removing the passphrase; locking now, and by itself. Fires `lock`. */
export class PassphraseSection extends LightElement {
  static properties = {
    engine: { attribute: false },
    stamp: { attribute: false },
    form: { state: true },
    busy: { state: true },
    done: { state: true },
    error: { state: true },
  };

  constructor() {
    super();
    /** @type {import("./engine.js").Engine | null} */
    this.engine = null;
    this.stamp = 0;
    /** @type {keyof typeof FORMS | null} */
    this.form = null;
    this.busy = false;
    this.done = "";
    /** @type {(Error & { hint?: string }) | null} */
    this.error = null;
  }

  /** @param {keyof typeof FORMS | null} form */
  async show(form) {
    this.form = form;
    this.error = null;
    this.done = "";
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.querySelector(form ? "input" : ".button"))?.focus();
  }

  /** @param {SubmitEvent} event */
  async submit(event) {
    event.preventDefault();
    const { engine, form } = this;
    if (!engine || !form || this.busy) return;
    const data = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const [old, fresh, again] = ["old", "fresh", "again"].map((name) =>
      String(data.get(name) ?? ""),
    );
    this.error = null;
    if (form !== "unseal" && fresh !== again) {
      this.error = new Error(DIFFER);
      return;
    }
    this.busy = true;
    try {
      if (form === "seal") await engine.opened().seal(fresh ?? "");
      else if (form === "change") await engine.opened().changePassphrase(old ?? "", fresh ?? "");
      else await engine.opened().unseal(old ?? "");
      engine.status();
      await this.show(null);
      this.done = FORMS[form].done;
    } catch (reason) {
      this.error = asError(reason);
    }
    this.busy = false;
  }

  render() {
    const { engine, form } = this;
    const { sealed = false, storage = "" } = engine?.info ?? {};
    if (storage === "memory" || storage === "file") {
      return html`<p class="quiet">What is searched now is not kept by the browser, so there is nothing to encrypt.</p>`;
    }
    return html`<p class="quiet">${
      sealed
        ? "What Fossick keeps of your files is encrypted on this device. The key is in memory only, until it is locked or this page is closed."
        : "With a passphrase, what Fossick keeps of your files is encrypted on this device. Without, whoever gets at the browser's files can read it."
    }</p>
      ${this.said()}
      ${form ? this.formTemplate(form) : this.actions(sealed)}
      ${sealed && !form ? this.idle() : nothing}`;
  }

  said() {
    const { done, error } = this;
    return html`<div role="status">
      ${done ? html`<p>${icon("check")} ${done}</p>` : nothing}
      ${error ? html`<div class="message danger"><p>${error.message}</p>${error.hint ? html`<p class="quiet">${error.hint}</p>` : nothing}</div>` : nothing}
    </div>`;
  }

  /** @param {boolean} sealed */
  actions(sealed) {
    const ready = this.engine?.state === "ready";
    if (!sealed) {
      return html`<div class="dialog-actions start">
        <button type="button" class="button small" ?disabled=${!ready} @click=${() => this.show("seal")}>Set a passphrase…</button>
      </div>`;
    }
    return html`<div class="dialog-actions start">
      <button type="button" class="button small primary" ?disabled=${!ready} @click=${() => this.emit("lock")}>${icon("lock")} Lock now</button>
      <button type="button" class="button small" ?disabled=${!ready} @click=${() => this.show("change")}>Change…</button>
      <button type="button" class="button small" ?disabled=${!ready} @click=${() => this.show("unseal")}>Remove…</button>
    </div>`;
  }

  idle() {
    const { engine } = this;
    const pick = (/** @type {Event} */ event) =>
      engine?.lockAfter(Number(/** @type {HTMLSelectElement} */ (event.target).value));
    return html`<label class="chooser">Lock when it was not used for
      <select class="field" @change=${pick}>
        ${MINUTES.map((minutes) => html`<option value=${minutes} ?selected=${engine?.minutes === minutes}>${named(minutes)}</option>`)}
      </select>
    </label>`;
  }

  /** @param {keyof typeof FORMS} form */
  formTemplate(form) {
    const { busy } = this;
    const { fields, action, busy: doing } = FORMS[form];
    return html`<form class="export-form" @submit=${this.submit}>
      ${form === "unseal" ? nothing : html`<p><strong>Nobody can recover a passphrase that is forgotten</strong>; your files can be added again then. Four words that have nothing to do with each other are a good one.</p>`}
      ${form === "seal" ? html`<p class="quiet">What was kept until now is deleted, but a disk may hold on to deleted data for some time. Names of folders that you let Fossick remember, and your browser's history, are not encrypted. Exported files have passphrases of their own, if you give them one.</p>` : nothing}
      ${fields.map(([name, label]) =>
        passphraseField(name, label, {
          autocomplete: name === "old" ? "current-password" : "new-password",
          readonly: busy,
        }),
      )}
      ${busy ? html`<p class="quiet" role="status">${doing}</p><progress class="meter" aria-label=${doing}></progress>` : nothing}
      <div class="dialog-actions">
        <button type="button" class="button small" ?disabled=${busy} @click=${() => this.show(null)}>Cancel</button>
        <button type="submit" class="button small primary" ?disabled=${busy}>${action}</button>
      </div>
    </form>`;
  }
}

/** @param {number} minutes */
function named(minutes) {
  if (minutes === 0) return "ever: only when I lock it";
  if (minutes === 60) return "an hour";
  return minutes === 1 ? "a minute" : `${minutes} minutes`;
}

customElements.define("passphrase-section", PassphraseSection);
