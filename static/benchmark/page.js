// @ts-check
/** The page that measures this device and says so in a table that can be copied. */

import { LightElement } from "../ui/element.js";
import { html, nothing } from "../vendor/lit.js";
import { LENGTHS, measureEngine, measureModel } from "./measuring.js";

/** @typedef {import("./measuring.js").ModelSpeed} ModelSpeed */
/** @typedef {import("./measuring.js").EngineSpeed} EngineSpeed */

/** Texts of each length, and passages to index; `?texts=` and `?passages=` set others. */
const TEXTS = 64;
const PASSAGES = 2000;
const DEVICES = /** @type {const} */ (["wasm", "webgpu"]);
const NAMES = { wasm: "Processor (WASM)", webgpu: "GPU (WebGPU)" };

const asked = new URLSearchParams(location.search);
const whole = (/** @type {string} */ name, /** @type {number} */ usual) =>
  Math.max(1, Math.floor(Number(asked.get(name)) || usual));

export class Benchmark extends LightElement {
  static properties = {
    doing: { state: true },
    models: { state: true },
    engine: { state: true },
    problem: { state: true },
    copied: { state: true },
  };

  constructor() {
    super();
    /** What is being measured; empty where nothing is. */
    this.doing = "";
    /** @type {ModelSpeed[]} */
    this.models = [];
    /** @type {EngineSpeed | null} */
    this.engine = null;
    this.problem = "";
    this.copied = false;
    this.stopping = new AbortController();
  }

  render() {
    const done = this.models.length > 0 || this.engine;
    return html`<main class="benchmark">
      <h1>Measure this device</h1>
      <p>How fast Fossick is in this browser: its model on the processor and on the GPU, indexing, and search. It takes a minute or two, keeps nothing, and sends nothing.</p>
      <p class="actions">
        ${
          this.doing
            ? html`<button type="button" class="button" @click=${() => this.stopping.abort()}>Stop</button>`
            : html`<button type="button" class="button primary" @click=${this.measure}>${done ? "Measure again" : "Measure"}</button>`
        }
        ${done && !this.doing ? html`<button type="button" class="button" @click=${this.copy}>${this.copied ? "Copied" : "Copy as Markdown"}</button>` : nothing}
        <a href="./">Back to Fossick</a>
      </p>
      <p role="status" class="quiet">${this.doing || this.problem}</p>
      ${this.models.length ? this.modelTable() : nothing} ${this.engine ? engineTable(this.engine) : nothing}
      <p class="quiet">${navigator.userAgent}; ${navigator.hardwareConcurrency || 1} cores${globalThis.crossOriginIsolated ? "" : ", not isolated"}</p>
    </main>`;
  }

  modelTable() {
    return html`<table>
      <caption>The model: tokens a second, by tokens of a text (median of 5)</caption>
      <thead><tr><th scope="col">Device</th>${LENGTHS.map((length) => html`<th scope="col" class="number">${length}</th>`)}<th scope="col" class="number">A query</th><th scope="col" class="number">Loading</th></tr></thead>
      <tbody>${this.models.map(modelRow)}</tbody>
    </table>`;
  }

  async measure() {
    this.stopping = new AbortController();
    this.models = [];
    this.engine = null;
    this.problem = "";
    this.copied = false;
    const { signal } = this.stopping;
    const tell = (/** @type {string} */ of) => (/** @type {string} */ what) => {
      this.doing = `${of}: ${what}…`;
    };
    try {
      for (const device of DEVICES) {
        const found = await measureModel(
          device,
          whole("texts", TEXTS),
          tell(NAMES[device]),
          signal,
        );
        this.models = [...this.models, found];
      }
      this.engine = await measureEngine(whole("passages", PASSAGES), tell("Engine"), signal);
    } catch (error) {
      this.problem = signal.aborted ? "Stopped." : /** @type {Error} */ (error).message;
    }
    this.doing = "";
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(markdown(this.models, this.engine));
      this.copied = true;
    } catch {
      this.problem = "The browser did not let the page write to the clipboard.";
    }
  }
}

/** @param {ModelSpeed} speed */
function modelRow({ device, failure, runs, load = 0, rates = [], query = 0 }) {
  const name = html`<th scope="row">${NAMES[device]}<span class="quiet block">${runs ?? ""}</span></th>`;
  if (failure)
    return html`<tr>${name}<td colspan=${LENGTHS.length + 2}>Not here: ${failure}</td></tr>`;
  return html`<tr>${name}
    ${rates.map((rate) => html`<td class="number">${round(rate.tokensPerSecond)}</td>`)}
    <td class="number">${query.toFixed(1)} ms</td><td class="number">${(load / 1000).toFixed(1)} s</td></tr>`;
}

/** @param {EngineSpeed} speed */
const engineTable = ({ passages, perSecond, search, searchSlow }) => html`<table>
  <caption>Indexing and search, ${passages.toLocaleString()} texts of 120 words</caption>
  <thead><tr><th scope="col" class="number">Indexed a second</th><th scope="col" class="number">Search by words, median</th><th scope="col" class="number">95 of 100 within</th></tr></thead>
  <tbody><tr><td class="number">${round(perSecond)}</td><td class="number">${search.toFixed(1)} ms</td><td class="number">${searchSlow.toFixed(1)} ms</td></tr></tbody>
</table>`;

/** @param {number} n */
const round = (n) => Math.round(n).toLocaleString();

/** @param {ModelSpeed[]} models @param {EngineSpeed | null} engine */
function markdown(models, engine) {
  const lines = [
    `${navigator.userAgent}; ${navigator.hardwareConcurrency || 1} cores`,
    "",
    `| Model on | ${LENGTHS.map((length) => `${length} tokens`).join(" | ")} | a query | loading |`,
    `|---|${LENGTHS.map(() => "--:").join("|")}|--:|--:|`,
    ...models.map(({ device, failure, runs, load = 0, rates = [], query = 0 }) =>
      failure
        ? `| ${NAMES[device]} | ${failure} ||||`
        : `| ${NAMES[device]}: ${runs} | ${rates.map((rate) => round(rate.tokensPerSecond)).join(" | ")} | ${query.toFixed(1)} ms | ${(load / 1000).toFixed(1)} s |`,
    ),
  ];
  if (engine) {
    const { passages, perSecond, search, searchSlow } = engine;
    lines.push(
      "",
      `${passages.toLocaleString()} texts of 120 words: ${round(perSecond)} indexed a second; search by words ${search.toFixed(1)} ms at the median, ${searchSlow.toFixed(1)} ms at the 95th percentile.`,
    );
  }
  return lines.join("\n");
}

customElements.define("fossick-benchmark", Benchmark);
