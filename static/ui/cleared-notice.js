// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { count } from "./format.js";
import { icon } from "./icons.js";

/** @typedef {import("./app.js").FossickApp} FossickApp */

/** Folders that are named in a sentence. */
const NAMED = 5;

/**
 * That the browser has cleared the index, and the way to have it again.
 *
 * @param {FossickApp} app
 */
export function clearedTemplate(app) {
  const { engine, keeping, collecting } = app;
  const cleared = engine.info?.room.cleared;
  if (!cleared || engine.state !== "ready") return nothing;
  const { documents, folders } = cleared;
  const again = keeping.folders.map(({ name }) => name);
  return html`<section class="message cleared" aria-labelledby="cleared-title">
    <div role="alert"><h2 id="cleared-title">${icon("warning")} The browser has cleared the index</h2></div>
    <p>${count(documents, "document")} ${documents === 1 ? "was" : "were"} in it; your files are where they were.
      Browsers clear what sites have stored when the device runs short of space, or after weeks without a visit.</p>
    ${again.length === 0 && folders.length > 0 ? html`<p>These folders were in it: ${named(folders)}.</p>` : nothing}
    <div class="message-actions">
      ${
        again.length > 0
          ? html`<button type="button" class="button small primary" ?disabled=${collecting.busy} @click=${() => void keeping.readAgain()}>${icon("folder")} Read ${again.length === 1 ? again[0] : count(again.length, "folder")} again</button>`
          : html`<button type="button" class="button small" @click=${() => void collecting.pickFolder()}>${icon("folder")} Add folder</button>`
      }
      <button type="button" class="button small" @click=${() => collecting.pickFiles()}>${icon("files")} Add files</button>
      <button type="button" class="button small" @click=${() => engine.opened().acceptCleared()}>Not now</button>
    </div>
  </section>`;
}

/** @param {string[]} folders */
function named(folders) {
  const rest = folders.length - NAMED;
  return `${folders.slice(0, NAMED).join(", ")}${rest > 0 ? ` and ${count(rest, "other")}` : ""}`;
}
