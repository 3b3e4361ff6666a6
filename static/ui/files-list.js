// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { badge } from "./address.js";
import { LightElement } from "./element.js";
import {
  fileRows,
  NOT_READ,
  REFUSED,
  reasonsFor,
  stateName,
  statesOf,
  typesOf,
  wantedRows,
} from "./file-rows.js";
import { bytes, count, date, number, reason, shortPath } from "./format.js";
import { icon } from "./icons.js";
import { asError } from "./searching.js";
import { whyNot } from "./why-not.js";

/** @typedef {import("./file-rows.js").FileRow} FileRow */

/** Rows in the page at once; a filter narrows the rest. */
const PAGE = 100;

/**
 * All files that are known, with their states, by name, state and type.
 * Fires `show` (a document id), `remove` (a list of paths) and `retry` (a list of paths).
 */
export class FilesList extends LightElement {
  static properties = {
    engine: { attribute: false },
    stamp: { attribute: false },
    asked: { attribute: false },
    busy: { type: Boolean },
    wanted: { state: true },
    shown: { state: true },
    why: { state: true },
  };

  constructor() {
    super();
    /** @type {import("./engine.js").Engine | null} */
    this.engine = null;
    this.stamp = 0;
    /** What is asked on the page. @type {import("./why-not.js").Asked | null} */
    this.asked = null;
    this.busy = false;
    this.wanted = { text: "", state: "", type: "" };
    this.shown = PAGE;
    /** Of which document it is said why it is not among the hits, and what. */
    this.why = { path: "", text: "" };
    /** @type {readonly FileRow[]} */
    this.rows = [];
  }

  /** @param {import("lit").PropertyValues} changed */
  willUpdate(changed) {
    if (changed.has("asked")) this.why = { path: "", text: "" };
    const { engine } = this;
    if (!engine || (!changed.has("stamp") && !changed.has("engine"))) return;
    const meaning = engine.info?.state === "ready";
    const again = engine.stats?.again ?? [];
    this.rows = fileRows(engine.documents, engine.unread, { again, meaning });
  }

  /** @param {Partial<import("./file-rows.js").Wanted>} change */
  want(change) {
    this.wanted = { ...this.wanted, ...change };
    this.shown = PAGE;
  }

  /** @param {FileRow} row */
  async explain({ path, id, state }) {
    const { asked, engine } = this;
    if (!asked || !engine) return;
    this.why = { path, text: "Looking…" };
    let text = "";
    try {
      text = await whyNot(engine.opened(), { id, path, state }, asked);
    } catch (error) {
      text = asError(error).message;
    }
    if (this.why.path === path) this.why = { path, text };
  }

  render() {
    const { rows, wanted } = this;
    const found = wantedRows(rows, wanted);
    const isNarrowed = Boolean(wanted.text || wanted.state || wanted.type);
    return html`
      <div class="files-filter">
        <input type="search" class="field" aria-label="Filter files" placeholder="Filter by name or folder" .value=${wanted.text} @input=${(/** @type {Event} */ e) => this.want({ text: chosenOf(e) })}>
        ${this.chooser("State", "Any state", "state", statesOf(rows))}
        ${this.chooser("Type", "Any type", "type", typesOf(rows))}
      </div>
      <p class="quiet number files-count" role="status">${isNarrowed ? `${number(found.length)} of ${count(rows.length, "file")}` : count(rows.length, "file")}${this.againTemplate(found)}</p>
      ${found.length === 0 && wanted.text ? this.missing() : nothing}
      <ul class="documents files" aria-label="Files" ?hidden=${found.length === 0}>
        ${found.slice(0, this.shown).map((row) => this.row(row))}
      </ul>
      ${
        found.length > this.shown
          ? html`<button type="button" class="button small more" @click=${() => (this.shown += PAGE)}>Show more</button>`
          : nothing
      }
    `;
  }

  /**
   * @param {string} label
   * @param {string} any what stands for no choice
   * @param {"state" | "type"} key
   * @param {readonly { state?: string, type?: string, name?: string, count: number }[]} choices
   */
  chooser(label, any, key, choices) {
    const chosen = this.wanted[key];
    const change = (/** @type {Event} */ event) => this.want({ [key]: chosenOf(event) });
    return html`<label class="chooser"><span class="visually-hidden">${label}</span>
      <select class="field" @change=${change}>
        <option value="">${any}</option>
        ${choices.map((one) => {
          const value = one[key] ?? "";
          return html`<option value=${value} ?selected=${value === chosen}>${one.name ?? value} (${number(one.count)})</option>`;
        })}
      </select>
    </label>`;
  }

  /** @param {readonly FileRow[]} found */
  againTemplate(found) {
    const { state } = this.wanted;
    if (state !== NOT_READ && state !== "again" && !REFUSED.has(state)) return nothing;
    if (found.length === 0) return nothing;
    const paths = found.map(({ path }) => path);
    return html`<button type="button" class="text-button" ?disabled=${this.busy} @click=${() => this.emit("retry", paths)}>Read ${found.length === 1 ? "it" : `these ${number(found.length)}`} again</button>`;
  }

  /** Why there is no file of the name that is looked for. */
  missing() {
    return html`<ul class="documents unread" aria-label="Why it is not here">
      ${reasonsFor(this.rows, this.wanted.text).map(({ message, hint }) => html`<li><p class="document-name"><span>${message}</span><span class="quiet">${hint}</span></p></li>`)}
    </ul>`;
  }

  /** @param {FileRow} row */
  row(row) {
    const { path, id, state } = row;
    const isRefused = REFUSED.has(state);
    return html`<li class=${isRefused ? "refused" : ""}>
      <span class="badge" aria-hidden="true">${badge(path)}</span>
      ${
        id
          ? html`<button type="button" class="document-name" title=${path} @click=${() => this.emit("show", id)}><span>${shortPath(path, 60)}</span><span class="quiet">${facts(row)}</span></button>`
          : html`<p class="document-name" title=${path}><span>${shortPath(path, 60)}</span>${reasonTemplate(row)}</p>`
      }
      <span class="file-acts">
        ${id && this.asked ? html`<button type="button" class="icon-button small" aria-label="Why is ${path} not found?" title="Why is it not found?" @click=${() => this.explain(row)}>${icon("help")}</button>` : nothing}
        ${isRefused || state === "again" ? html`<button type="button" class="icon-button small" ?disabled=${this.busy} aria-label="Read ${path} again" title="Read again" @click=${() => this.emit("retry", [path])}>${icon("again")}</button>` : nothing}
        ${state === "ignored" ? nothing : this.removeTemplate(row)}
      </span>
      ${this.why.path === path ? html`<p class="file-why" role="status">${this.why.text}</p>` : nothing}
    </li>`;
  }

  /** @param {FileRow} row */
  removeTemplate({ path, id }) {
    const [label, title, sign] = id
      ? [`Remove ${path}`, "Remove", /** @type {const} */ ("bin")]
      : [`Take ${path} off this list`, "Take off this list", /** @type {const} */ ("close")];
    return html`<button type="button" class="icon-button small danger" aria-label=${label} title=${title} @click=${() => this.emit("remove", [id || path])}>${icon(sign)}</button>`;
  }
}

/** @param {FileRow} row */
function reasonTemplate({ path, state, message, hint, members }) {
  if (state === "opened")
    return html`<span class="quiet">${count(members ?? 0, "file")} inside</span>`;
  const why = reason(path, message) || stateName(state);
  return html`<span class="file-reason">${why}</span><span class="quiet">${hint}</span>`;
}

/** @param {FileRow} row */
function facts({ state, size, chunks, modified }) {
  return [
    state === "ready" ? "" : stateName(state),
    size != null ? bytes(size) : "",
    chunks != null ? count(chunks, "passage") : "",
    modified ? date(modified * 1000) : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

/** @param {Event} event */
const chosenOf = (event) =>
  /** @type {HTMLInputElement | HTMLSelectElement} */ (event.target).value;

customElements.define("files-list", FilesList);
