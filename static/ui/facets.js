// @ts-check
import { html, nothing, repeat } from "../vendor/lit.js";
import { LightElement } from "./element.js";
import { groups } from "./facet-groups.js";
import { number } from "./format.js";
import { icon } from "./icons.js";
import { withFilter, without } from "./query-filters.js";

/** @typedef {import("./facet-groups.js").Group} Group */
/** @typedef {import("./facet-groups.js").Value} Value */

/** Values of a group that are shown at first. */
const FIRST = 6;

/**
 * How the documents found divide; a press on a value puts its filter into the query, another one
 * takes it out. Fires `query`. On narrow screens the groups are folded away behind a button.
 */
export class FacetPanel extends LightElement {
  static properties = {
    query: {},
    facets: { attribute: false },
    more: { attribute: false },
    problems: { attribute: false },
    open: { state: true },
    whole: { state: true },
  };

  constructor() {
    super();
    this.query = "";
    /** @type {import("../fossick.js").SearchResult["facets"]} */
    this.facets = {};
    /** @type {import("../fossick.js").SearchResult["moreFacets"]} */
    this.more = {};
    /** What of the query turned out to be odd. */
    this.problems = /** @type {readonly import("../fossick.js").QueryProblem[]} */ ([]);
    this.open = false;
    /** Groups that are shown to their end. @type {readonly string[]} */
    this.whole = [];
    /** The filter whose button was pressed last: the focus belongs there. */
    this.pressed = "";
    /** The same until the answer has come; its group is not taken away before that. */
    this.held = "";
  }

  /** @param {Value} value */
  toggle({ filter, used }) {
    this.pressed = this.held = filter;
    this.emit("query", used ? without(this.query, used) : withFilter(this.query, filter));
  }

  /** @param {string} facet */
  showWhole(facet) {
    this.whole = [...this.whole, facet];
  }

  /** @param {import("lit").PropertyValues} changed */
  willUpdate(changed) {
    if (changed.has("facets")) this.held = "";
  }

  /** Keeps the focus in the panel when the button that had it has gone. */
  updated() {
    const active = document.activeElement;
    if (active && active !== document.body && !this.contains(active)) this.pressed = "";
    if (!this.pressed || active !== document.body) return;
    const buttons = [...this.querySelectorAll("button")];
    const same = buttons.find(({ dataset }) => dataset.filter === this.pressed);
    if (same || !this.held) (same ?? buttons.find((button) => button.offsetParent))?.focus();
  }

  render() {
    const { query, facets = {}, more, problems, held } = this;
    const shown = groups(query, facets, { more, problems, held });
    if (shown.length === 0) return nothing;
    const used = shown.flatMap(({ values }) => values).filter((value) => value.used).length;
    return html`<section class="facets" aria-labelledby="facets-title">
      <h2 id="facets-title" class="visually-hidden">Narrow down</h2>
      <button type="button" class="button small facets-fold" aria-expanded=${this.open} aria-controls="facet-groups" @click=${() => (this.open = !this.open)}>
        ${icon("filter")} Narrow down${used ? html` <span class="facets-used number">${used}<span class="visually-hidden"> in use</span></span>` : nothing}
      </button>
      <div id="facet-groups" class="facet-groups ${this.open ? "open" : ""}">
        ${repeat(
          shown,
          ({ facet }) => facet,
          (group) => this.group(group),
        )}
      </div>
    </section>`;
  }

  /** @param {Group} group */
  group({ facet, label, within, values, more }) {
    const whole = this.whole.includes(facet) || values.length <= FIRST + 1;
    const shown = whole ? values : values.slice(0, FIRST);
    const id = `facet-${facet}`;
    return html`<div class="facet" role="group" aria-labelledby=${id}>
      <h3 id=${id}>${label}${within ? html`<span class="facet-within" title=${within}> in ${within}</span>` : nothing}</h3>
      <ul>
        ${repeat(
          shown,
          ({ filter }) => filter,
          (value) => this.value(value),
        )}
      </ul>
      ${whole ? nothing : html`<button type="button" class="text-button facet-more" @click=${() => this.showWhole(facet)}>${number(values.length - FIRST)} more<span class="visually-hidden"> in ${label}</span></button>`}
      ${whole && more > 0 ? html`<p class="quiet facet-more">and ${number(more)} more</p>` : nothing}
    </div>`;
  }

  /** @param {Value} value */
  value(value) {
    const { label, title, filter, count, used } = value;
    return html`<li>
      <button type="button" class="facet-value" aria-pressed=${used ? "true" : "false"} data-filter=${filter} title=${title || label} @click=${() => this.toggle(value)}>
        <span class="facet-name" dir="auto">${label}</span>
        ${used ? icon("close") : nothing}
        ${count === null ? nothing : html`<span class="facet-count number">${number(count)}</span><span class="visually-hidden">${count === 1 ? "document" : "documents"}</span>`}
      </button>
    </li>`;
  }
}

customElements.define("facet-panel", FacetPanel);
