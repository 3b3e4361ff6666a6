// @ts-check
/** What can be done with the passage that is open: cite it, copy its path, open its file. */
import { html, nothing } from "../vendor/lit.js";
import { place } from "./address.js";
import { fileName } from "./format.js";

/** @typedef {import("../fossick.js").Address} Address */
/**
 * @typedef {object} Shown
 * @property {string} path
 * @property {string} title
 * @property {Address} [address]
 */

/** How long the browser has to take a file before its address is given up, in milliseconds. */
const TAKEN = 60_000;

/**
 * One line that says where a passage stands: `Annual report, page 3 (papers/report.pdf)`.
 * @param {Shown} shown
 */
export function citation({ path, title, address }) {
  const where = [title || fileName(path), ...place(address, title, path)].join(", ");
  return where === path ? path : `${where} (${path})`;
}

/**
 * @param {Shown} shown
 * @param {File | null} file the file itself, where it can be had
 * @param {(text: string) => void} say
 * @param {unknown} [more] what else can be done
 */
export function actionsTemplate(shown, file, say, more = nothing) {
  const copy = (/** @type {string} */ text, /** @type {string} */ done) => async () => {
    await navigator.clipboard.writeText(text);
    say(done);
  };
  return html`<div class="preview-actions">
    <button type="button" class="button small" @click=${copy(citation(shown), "Citation copied.")}>Copy citation</button>
    <button type="button" class="button small" @click=${copy(shown.path, "Path copied.")}>Copy path</button>
    ${file ? html`<button type="button" class="button small" @click=${() => open(file, shown)}>Open file</button>` : nothing}
    ${more}
  </div>`;
}

/**
 * A PDF opens at its page; everything else goes where downloads go, since a page of somebody's
 * that opened here would be one of ours.
 * @param {File} file
 * @param {Shown} shown
 */
function open(file, { path, address }) {
  const isPdf = /\.pdf$/iu.test(path);
  const data = isPdf ? new Blob([file], { type: "application/pdf" }) : file;
  const url = URL.createObjectURL(data);
  const link = document.createElement("a");
  link.href = isPdf && address?.page ? `${url}#page=${address.page}` : url;
  if (isPdf) link.target = "_blank";
  else link.download = fileName(path);
  link.rel = "noopener";
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), TAKEN);
}
