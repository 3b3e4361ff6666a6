// @ts-check
import { html } from "../vendor/lit.js";
import { Combobox } from "./combobox.js";
import { LightElement } from "./element.js";
import { icon } from "./icons.js";
import { without } from "./query-filters.js";
import { filtersTemplate, problemTemplate, underlineTemplate } from "./query-parts.js";
import { suggestionsTemplate } from "./suggestions.js";

/** @typedef {import("./searching.js").Mode} Mode */

/** @type {readonly { mode: Mode, label: string, title: string }[]} */
export const MODES = [
  { mode: "hybrid", label: "Hybrid", title: "By words and by meaning, fused" },
  { mode: "keyword", label: "Words", title: "Passages that hold the words" },
  { mode: "vector", label: "Meaning", title: "Passages that say something alike" },
];

/** @type {import("./combobox.js").Host["ask"]} */
const nobody = async () => ({
  completions: [],
  corrections: [],
  known: 0,
  timings: { parse: 0, complete: 0, correct: 0, total: 0 },
});

/**
 * The box with its suggestions, the choice of mode, and what there is to say of the query. Fires
 * `query` on every keystroke, `mode` on a choice, `meant` when a query may be meant to be another,
 * `exactly` when it is not, and `move` (+1, -1), `open` and `leave` for the keys that act on the
 * results.
 */
export class SearchBox extends LightElement {
  static properties = {
    query: {},
    mode: {},
    active: {},
    busy: { type: Boolean },
    odd: { attribute: false },
    suggest: { attribute: false },
  };

  constructor() {
    super();
    this.query = "";
    /** @type {Mode} */
    this.mode = "hybrid";
    /** Id of the hit that ↑ and ↓ have reached, for assistive technology. */
    this.active = "";
    this.busy = false;
    /** What is odd about the query. @type {import("./complaint.js").Odd | null} */
    this.odd = null;
    /** Whom to ask for suggestions. */
    this.suggest = nobody;
    this.combobox = new Combobox({
      ask: (query, signal) => this.suggest(query, signal),
      onTake: (query) => this.replace(query),
      onMeant: (query, meant) => this.emit("meant", { query, meant }),
      onChange: () => this.requestUpdate(),
    });
  }

  get input() {
    return /** @type {HTMLInputElement} */ (this.querySelector("input[type=search]"));
  }

  /** Puts the cursor into the box, its text selected so that typing starts afresh. */
  focusBox() {
    this.input?.focus();
    this.input?.select();
  }

  /**
   * Puts another query into the box as if it were typed: Ctrl+Z brings back what stood there.
   * @param {string} query
   */
  replace(query) {
    this.input.focus();
    this.input.select();
    if (document.execCommand(query ? "insertText" : "delete", false, query)) return;
    this.query = query;
    this.emit("query", query);
  }

  typed() {
    const { value, selectionEnd } = this.input;
    this.query = value;
    void this.combobox.typed(value, selectionEnd === value.length);
    this.emit("query", value);
  }

  /**
   * @param {import("./query-filters.js").Filter} filter
   * @param {number} index
   * @param {MouseEvent} event
   */
  async removeFilter(filter, index, event) {
    const query = without(this.query, filter);
    // The focus would bring up the keyboard of a touch screen.
    if (!matchMedia("(pointer: coarse)").matches || event.detail === 0) this.replace(query);
    else {
      this.query = query;
      this.emit("query", query);
    }
    await this.updateComplete;
    const next = this.querySelectorAll(".filter button")[index];
    if (event.detail === 0 && next instanceof HTMLElement) next.focus();
  }

  /** The text of a long query moves in its box, and the line under it with the text. */
  align() {
    const underline = this.querySelector(".underline");
    if (underline) underline.scrollLeft = this.input.scrollLeft;
  }

  /** What is said of the query; that a filter has no value only when none is proposed either. */
  get said() {
    const isBegun = this.combobox.isOpen && this.odd?.problems[0]?.code === "no-value";
    return isBegun ? null : this.odd;
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    // In Safari the Enter that ends a composition comes after it, under the number 229.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.shiftKey || event.ctrlKey || event.metaKey) return;
    if (this.combobox.key(event)) event.preventDefault();
    else if (!event.altKey) this.keyForResults(event);
  }

  /** @param {KeyboardEvent} event */
  keyForResults(event) {
    if (event.key === "ArrowDown") this.emit("move", 1);
    else if (event.key === "ArrowUp") this.emit("move", -1);
    else if (event.key === "Enter") this.emit("open");
    else if (event.key === "Escape") this.emit("leave");
    else return;
    event.preventDefault();
  }

  left() {
    this.combobox.close();
    this.align();
  }

  clear() {
    this.emit("query", "");
    this.input.focus();
  }

  /** @param {import("lit").PropertyValues} changed */
  updated(changed) {
    if (changed.has("query") && this.input.value !== this.query) this.input.value = this.query;
    const active = this.combobox.activeId || this.active;
    if (active) this.input.setAttribute("aria-activedescendant", active);
    else this.input.removeAttribute("aria-activedescendant");
    this.querySelector(".suggestion[aria-selected=true]")?.scrollIntoView({
      block: "nearest",
      inline: "nearest",
    });
    this.align();
  }

  render() {
    return html`<form class="search" role="search" @submit=${(/** @type {Event} */ e) => e.preventDefault()}>
      <div class="search-field ${this.busy ? "busy" : ""}">
        ${icon("search")}
        <div class="search-text">
          <input
            type="search"
            role="searchbox"
            aria-label="Search your files"
            aria-autocomplete="list"
            aria-haspopup="listbox"
            aria-controls="suggestions hits"
            aria-describedby="search-keys query-problem"
            placeholder="Search your files"
            autocomplete="off"
            autocapitalize="off"
            autocorrect="off"
            spellcheck="false"
            enterkeyhint="search"
            maxlength="2000"
            @input=${this.typed}
            @keydown=${this.onKey}
            @keyup=${this.align}
            @scroll=${this.align}
            @blur=${this.left}
          >
          ${underlineTemplate(this.query, this.said)}
        </div>
        <span id="search-keys" class="visually-hidden">Results appear as you type. Arrow keys move through suggestions and results, Enter takes one.</span>
        <kbd class="slash" aria-hidden="true" ?hidden=${this.query !== ""}>/</kbd>
        <button type="button" class="icon-button small" aria-label="Clear the search" ?hidden=${this.query === ""} @click=${this.clear}>${icon("close")}</button>
      </div>
      <div class="search-under">
        <fieldset class="modes">
          <legend class="visually-hidden">Search by</legend>
          ${MODES.map(
            ({ mode, label, title }) => html`<label title=${title}>
              <input type="radio" name="mode" value=${mode} .checked=${this.mode === mode} @change=${() => this.emit("mode", mode)}>
              <span>${label}</span>
            </label>`,
          )}
        </fieldset>
        ${filtersTemplate(this.query, this.odd, (filter, index, event) => void this.removeFilter(filter, index, event))}
      </div>
      <div class="query-line">${suggestionsTemplate(this.combobox)} ${problemTemplate(this.said, {
        isLower: this.combobox.isOpen,
        onReplace: (query) => this.replace(query),
        onExactly: () => this.emit("exactly"),
      })}</div>
    </form>`;
  }
}

customElements.define("search-box", SearchBox);
