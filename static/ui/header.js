// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { count } from "./format.js";
import { icon, logo } from "./icons.js";
import "./start-failure.js";

/**
 * @typedef {object} HeaderOptions
 * @property {import("./engine.js").Engine} engine
 * @property {import("./theme.js").Theme} theme
 * @property {() => void} onHome
 * @property {() => void} onFiles
 * @property {() => void} onFolder
 * @property {() => void} onNote
 * @property {() => void} onList
 * @property {() => void} onStatus
 * @property {() => void} onTheme
 * @property {() => void} onHelp
 */

/** @param {{ onHome: () => void }} options */
export function brandTemplate({ onHome }) {
  return html`<a class="brand" href="./" aria-label="Fossick, start page" @click=${(
    /** @type {Event} */ e,
  ) => {
    e.preventDefault();
    onHome();
  }}>${logo()}<span>Fossick</span></a>`;
}

/** @param {HeaderOptions} options */
export function actionsTemplate(options) {
  const { engine, theme } = options;
  const themeName = { auto: "as the system", light: "light", dark: "dark" }[theme];
  return html`<nav class="actions" aria-label="Page">
    ${addMenu(options)}
    <button type="button" class="pill ${dot(engine)}" aria-label="Status: ${sentence(engine)}" title="Status" @click=${options.onStatus}>
      <span class="dot" aria-hidden="true"></span><span class="pill-text">${sentence(engine)}</span>
    </button>
    <button type="button" class="icon-button" aria-label="Files" title="Files" @click=${options.onList}>${icon("files")}</button>
    <button type="button" class="icon-button" aria-label="Theme: ${themeName}" title="Theme: ${themeName}" @click=${options.onTheme}>${icon(theme === "auto" ? "auto" : theme === "dark" ? "moon" : "sun")}</button>
    <button type="button" class="icon-button" aria-label="Search language and keys" title="Help (?)" @click=${options.onHelp}>${icon("help")}</button>
  </nav>`;
}

/** @param {HeaderOptions} options */
function addMenu({ onFiles, onFolder, onNote }) {
  /** @param {() => void} action */
  const choose = (action) => (/** @type {Event} */ event) => {
    /** @type {HTMLElement} */ (event.currentTarget).closest("details")?.removeAttribute("open");
    action();
  };
  /** @param {Event} event */
  const onKey = (event) => {
    if (/** @type {KeyboardEvent} */ (event).key !== "Escape") return;
    const menu = /** @type {HTMLElement} */ (event.currentTarget);
    menu.removeAttribute("open");
    menu.querySelector("summary")?.focus();
    event.stopPropagation();
  };
  /** @param {FocusEvent} event */
  const left = (event) => {
    const menu = /** @type {HTMLElement} */ (event.currentTarget);
    if (!menu.contains(/** @type {Node | null} */ (event.relatedTarget)))
      menu.removeAttribute("open");
  };
  return html`<details class="menu" @keydown=${onKey} @focusout=${left}>
    <summary class="button" aria-label="Add">${icon("add")}<span>Add</span></summary>
    <div class="menu-items">
      <button type="button" @click=${choose(onFiles)}>${icon("files")} Files…</button>
      <button type="button" @click=${choose(onFolder)}>${icon("folder")} Folder…</button>
      <button type="button" @click=${choose(onNote)}>${icon("note")} Text as a note…</button>
    </div>
  </details>`;
}

/** @param {import("./engine.js").Engine} engine */
function dot({ state, info }) {
  if (state === "failed") return "failed";
  if (state === "starting" || info?.state === "loading") return "waiting";
  return info?.state === "ready" ? "good" : "plain";
}

/**
 * What is in use, in a few words: "28 documents · WebGPU".
 * @param {import("./engine.js").Engine} engine
 */
function sentence({ state, info, stats }) {
  if (state === "failed") return "Not running";
  if (state === "starting") return "Starting…";
  return `${count(stats?.documents ?? 0, "document")} · ${meaning(info)}`;
}

/** Devices as people know them. */
export const DEVICES = /** @type {Record<string, string>} */ ({ webgpu: "WebGPU", wasm: "WASM" });

/**
 * Where vectors come from, in two words.
 * @param {import("../fossick.js").Info | null} info
 */
export function meaning(info) {
  if (info?.state === "loading") return "model is loading";
  if (info?.upgrade) return understanding(info.upgrade);
  if (info?.state === "ready") return DEVICES[info.device] ?? info.device;
  return info?.state === "fallback" ? "no model" : "words only";
}

/**
 * How far the model is with the passages: "understanding 34 %".
 * @param {NonNullable<import("../fossick.js").Info["upgrade"]>} upgrade
 */
function understanding({ done, total, paused }) {
  if (paused) return "understanding is paused";
  return `understanding ${Math.floor((100 * done) / total)} %`;
}

/**
 * A bar under the header while the engine starts, or why it did not.
 * @param {import("./engine.js").Engine} engine
 * @param {() => void} onRetry
 * @param {() => void} onDelete
 */
export function startTemplate(engine, onRetry, onDelete) {
  if (engine.state === "failed") {
    return html`<start-failure .error=${engine.error} @retry=${onRetry} @delete=${onDelete}></start-failure>`;
  }
  if (engine.state === "ready") return nothing;
  const { done = 0, total = 0, message } = engine.boot ?? {};
  return html`<div class="booting">
    ${
      total > 0
        ? html`<progress class="meter" aria-label="Starting the engine" max=${total} .value=${done}></progress>`
        : html`<progress class="meter" aria-label="Starting the engine"></progress>`
    }
    <p class="quiet" role="status">${message ?? "Starting the engine"}</p>
  </div>`;
}
