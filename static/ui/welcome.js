// @ts-check
import { html } from "../vendor/lit.js";
import { badge } from "./address.js";
import { count, fileName, folder, shortPath } from "./format.js";
import { icon, logo } from "./icons.js";

/**
 * @typedef {object} Actions
 * @property {() => void} onFiles
 * @property {() => void} onFolder
 * @property {() => void} onNote
 */

/**
 * The page before there is anything to search: what this is, and how to begin.
 * @param {Actions} actions
 */
export function welcomeTemplate({ onFiles, onFolder, onNote }) {
  return html`<section class="welcome" aria-labelledby="welcome-title">
    ${logo()}
    <h1 id="welcome-title">Search your own files, by words and by meaning</h1>
    <p class="lead">Add notes, PDFs, saved pages or code. Fossick reads them inside this tab and keeps its index on this device.</p>
    <div class="begin">
      <button type="button" class="button primary" @click=${onFolder}>${icon("folder")} Add folder</button>
      <button type="button" class="button" @click=${onFiles}>${icon("files")} Add files</button>
      <button type="button" class="button" @click=${onNote}>${icon("note")} Paste text</button>
    </div>
    <p class="drop-hint">or drop files and folders anywhere on this page</p>
    <ul class="promises">
      <li>${icon("lock")}<span><strong>Nothing leaves this device.</strong> No account, no upload; after the first visit it works without a network.</span></li>
      <li>${icon("files")}<span><strong>Text, Markdown, HTML, PDF and source code.</strong> A file that cannot be read is listed with the reason.</span></li>
      <li>${icon("search")}<span><strong>Ask in your own words.</strong> “How do I get my money back” finds the page on refunds.</span></li>
    </ul>
  </section>`;
}

/**
 * The page while a collection that is known from the last visit is being opened.
 * @param {number} documents
 * @param {unknown} start the bar of the start
 */
export function openingTemplate(documents, start) {
  return html`<section class="opening">
    <h1>Opening ${count(documents, "document")}</h1>
    ${start}
  </section>`;
}

/**
 * The page with documents and no query: what is here, the newest first.
 * @param {{ documents: readonly import("../fossick.js").DocumentInfo[], recent: number, chunks: number, onOpen: (id: string) => void }} options
 */
export function idleTemplate({ documents, recent, chunks, onOpen }) {
  return html`<section class="idle" aria-labelledby="idle-title">
    <h1 id="idle-title">${count(documents.length, "document")} ready to search</h1>
    <p class="quiet">${count(chunks, "passage")}. Type above; <kbd>↑</kbd> <kbd>↓</kbd> move through the hits, <kbd>Enter</kbd> opens one, <kbd>?</kbd> shows all keys.</p>
    <h2>Changed last</h2>
    <ul class="recent">
      ${newest(documents, recent).map(
        (doc) => html`<li><button type="button" @click=${() => onOpen(doc.id)}>
            <span class="badge" aria-hidden="true">${badge(doc.path)}</span>
            <span class="recent-name">${doc.title || fileName(doc.path)}</span>
            <span class="recent-path">${shortPath(folder(doc.path), 32)}</span>
          </button></li>`,
      )}
    </ul>
  </section>`;
}

/**
 * @param {readonly import("../fossick.js").DocumentInfo[]} documents
 * @param {number} limit
 */
function newest(documents, limit) {
  return [...documents].sort((a, b) => (b.modified ?? 0) - (a.modified ?? 0)).slice(0, limit);
}
