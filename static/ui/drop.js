// @ts-check
import { html } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { icon } from "./icons.js";
import { fromTransfer } from "./sources.js";

/**
 * The overlay of a drag, and the drop anywhere on the page.
 * Fires `sources` (files and folders) and `note` (dropped text).
 */
export class DropZone extends LightElement {
  static properties = { active: { state: true } };

  constructor() {
    super();
    this.active = false;
    /** Drag events come for every element passed; the page is left when as many left as came. */
    this.depth = 0;
    this.abort = new AbortController();
  }

  connectedCallback() {
    super.connectedCallback();
    this.abort = new AbortController();
    const { signal } = this.abort;
    window.addEventListener("dragenter", (event) => this.enter(event), { signal });
    window.addEventListener("dragover", (event) => this.over(event), { signal });
    window.addEventListener("dragleave", () => this.leave(), { signal });
    window.addEventListener("drop", (event) => this.drop(event), { signal });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.abort.abort();
  }

  /** @param {DragEvent} event */
  enter(event) {
    if (!carries(event)) return;
    event.preventDefault();
    this.depth += 1;
    this.active = true;
  }

  /** @param {DragEvent} event */
  over(event) {
    if (!carries(event)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
  }

  leave() {
    this.depth = Math.max(0, this.depth - 1);
    if (this.depth === 0) this.active = false;
  }

  /** @param {DragEvent} event */
  async drop(event) {
    this.depth = 0;
    this.active = false;
    const transfer = event.dataTransfer;
    if (!transfer || !carries(event)) return;
    event.preventDefault();
    if (transfer.types.includes("Files")) this.emit("sources", await fromTransfer(transfer));
    else this.emit("note", transfer.getData("text/plain"));
  }

  render() {
    return html`<div class="drop-overlay" ?hidden=${!this.active}>
      <div class="drop-target">
        ${icon("folder")}
        <p class="drop-title">Drop to add</p>
        <p class="quiet">Files and whole folders. They are read here and go nowhere.</p>
      </div>
    </div>`;
  }
}

/**
 * Whether a drag is one for us: files, or text dropped outside a text field.
 * @param {DragEvent} event
 */
function carries(event) {
  const types = event.dataTransfer?.types ?? [];
  if (types.includes("Files")) return true;
  const field = event.target instanceof Element && event.target.closest("input, textarea");
  return types.includes("text/plain") && !field;
}

customElements.define("drop-zone", DropZone);
