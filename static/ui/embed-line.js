// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { count } from "./format.js";
import { asError } from "./searching.js";

/** Values of a vector that are shown. */
const SHOWN = 6;

/** What the model makes of a text that is typed here. */
export class EmbedLine extends LightElement {
  static properties = {
    engine: { attribute: false },
    stamp: { attribute: false },
    found: { state: true },
    problem: { state: true },
    busy: { state: true },
  };

  constructor() {
    super();
    /** @type {import("./engine.js").Engine | null} */
    this.engine = null;
    this.stamp = 0;
    /** @type {(import("../fossick.js").Embedding & { milliseconds: number }) | null} */
    this.found = null;
    this.problem = "";
    this.busy = false;
  }

  render() {
    if (!this.engine?.info || this.engine.info.state === "none") return "–";
    return html`<form class="chooser" @submit=${this.embed}>
        <input class="field" type="text" name="text" aria-label="Text to make a vector of" placeholder="Type a text" maxlength="2000" required>
        <button class="button small" ?disabled=${this.busy}>${this.busy ? "Computing…" : "Show its vector"}</button>
      </form>
      <span role="status" class="quiet block">${this.problem || (this.found ? line(this.found) : nothing)}</span>`;
  }

  /** @param {SubmitEvent} event */
  async embed(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const text = String(new FormData(form).get("text") ?? "");
    if (this.busy || !this.engine) return;
    this.busy = true;
    this.problem = "";
    const began = performance.now();
    try {
      const [found] = await this.engine.opened().embed(text);
      this.found = found ? { ...found, milliseconds: performance.now() - began } : null;
    } catch (reason) {
      this.problem = asError(reason).message;
    }
    this.busy = false;
  }
}

/** @param {import("../fossick.js").Embedding & { milliseconds: number }} found */
function line({ model, dim, tokens, vector, milliseconds }) {
  const values = [...vector.subarray(0, SHOWN)].map((value) => value.toFixed(4)).join(", ");
  const facts = [
    count(dim, "dimension"),
    count(tokens, "token"),
    `${milliseconds.toFixed(1)} ms`,
    `length ${Math.hypot(...vector).toFixed(4)}`,
    model,
  ];
  return html`${facts.join(" · ")}<br><code>[${values}, …]</code>`;
}

customElements.define("embed-line", EmbedLine);
