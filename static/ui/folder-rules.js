// @ts-check
import { html } from "../vendor/lit.js";
import { LightElement } from "./element.js";

/** @typedef {import("../fossick.js").Folder} Folder */

/**
 * What is left out of a folder, to be changed. Fires `rules` with `{ name, ignore, gitignore }`,
 * and `leave`.
 */
export class FolderRules extends LightElement {
  static properties = { folder: { attribute: false } };

  constructor() {
    super();
    /** @type {Folder | null} */
    this.folder = null;
  }

  firstUpdated() {
    this.querySelector("textarea")?.focus();
  }

  render() {
    const { folder } = this;
    if (!folder) return "";
    return html`<form class="folder-rules" aria-label="What is left out of ${folder.name}" @submit=${this.submit}>
      <label class="label">Leave out
        <textarea class="field" name="ignore" rows="4" spellcheck="false" placeholder="*.tmp&#10;/drafts/" .value=${folder.ignore.join("\n")}></textarea>
      </label>
      <p class="quiet">A pattern a line, as in .gitignore. Hidden files and folders, and those of machinery such as node_modules, are left out anyway; !.notes brings one in.</p>
      <label class="switch"><input type="checkbox" name="gitignore" .checked=${folder.gitignore}> What its .gitignore files name as well</label>
      <div class="dialog-actions">
        <button type="button" class="button small" @click=${() => this.emit("leave")}>Cancel</button>
        <button class="button small primary">Save and update</button>
      </div>
    </form>`;
  }

  /** @param {SubmitEvent} event */
  submit(event) {
    event.preventDefault();
    const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const lines = String(form.get("ignore")).split("\n");
    const ignore = lines.map((line) => line.trim()).filter(Boolean);
    this.emit("rules", { name: this.folder?.name, ignore, gitignore: form.has("gitignore") });
  }
}

customElements.define("folder-rules", FolderRules);
