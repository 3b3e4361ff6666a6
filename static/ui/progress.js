// @ts-check
import { html, nothing } from "../vendor/lit.js";
import { bytes, count, duration, fileName, number, rate, reason } from "./format.js";
import { icon } from "./icons.js";

/** @typedef {import("../fossick.js").Progress} Progress */

const TITLES = {
  boot: "Starting the engine",
  model: "Loading the model",
  scan: "Looking through folders",
  index: "Adding files",
  commit: "Writing the index",
  upgrade: "Understanding",
  verify: "Checking the index",
  export: "Exporting",
  import: "Importing",
  audit: "Measuring",
  download: "Fetching the model",
  check: "Trying out the model",
  offline: "Keeping a copy for offline use",
};

/**
 * A card for anything that takes more than a moment.
 * @param {Progress} progress
 * @param {(() => void) | null} onCancel
 * @param {{ paused: boolean, onPause: (paused: boolean) => void } | null} [pausing]
 */
export function progressTemplate(progress, onCancel, pausing = null) {
  const { phase, done, total } = progress;
  const title = TITLES[phase] ?? "Working";
  const known = total > 0;
  return html`<section class="card progress" aria-label=${title}>
    <div class="card-head">
      <h2>${title}</h2>
      ${pausing ? html`<button type="button" class="button small" @click=${() => pausing.onPause(!pausing.paused)}>${pausing.paused ? "Go on" : "Pause"}</button>` : nothing}
      ${onCancel ? html`<button type="button" class="button small" @click=${onCancel}>Cancel</button>` : nothing}
    </div>
    ${meter(title, progress)}
    <p class="progress-line number">
      <span>${known ? amount(progress) : phase === "scan" && done ? `${count(done, "file")} found` : nothing}</span>
      <span>${pausing?.paused ? (progress.paused ? "Paused" : "Pausing…") : [speed(progress), left(progress)].filter(Boolean).join(" · ")}</span>
    </p>
    <p class="progress-file" title=${progress.path ?? ""}>${progress.path ? fileName(progress.path) : (progress.message ?? "\u00a0")}</p>
  </section>`;
}

/**
 * @param {string} label
 * @param {{ done: number, total: number }} progress
 */
export function meter(label, { done, total }) {
  return total > 0
    ? html`<progress class="meter" aria-label=${label} max=${total} .value=${Math.min(done, total)}></progress>`
    : html`<progress class="meter" aria-label=${label}></progress>`;
}

/** @param {Progress} progress */
function amount({ done, total, unit }) {
  if (unit === "bytes") return `${bytes(done)} of ${bytes(total)}`;
  return `${number(done)} of ${count(total, unit === "documents" ? "document" : "file")}`;
}

/** @param {Progress} progress */
function speed({ rate: perSecond, unit }) {
  if (!perSecond) return "";
  if (unit === "bytes") return `${bytes(perSecond)}/s`;
  return `${rate(perSecond)} ${unit === "documents" ? "documents" : "files"}/s`;
}

/** @param {Progress} progress */
function left({ secondsLeft }) {
  return secondsLeft != null && secondsLeft > 0 ? `${duration(secondsLeft)} left` : "";
}

/**
 * "28 files added, 1 unchanged, 2 could not be read".
 * @param {import("../fossick.js").AddReport} report
 */
export function reportLine({ added, updated, skipped, removed, failed }) {
  const parts = [
    added ? `${count(added, "file")} added` : "",
    updated ? `${number(updated)} updated` : "",
    skipped ? `${number(skipped)} unchanged` : "",
    removed ? `${number(removed)} removed` : "",
    failed.length ? `${number(failed.length)} could not be read` : "",
  ].filter(Boolean);
  return parts.length ? parts.join(", ") : "No files found to add";
}

/**
 * What became of the files: a line, and every file that could not be read with the way out.
 * @param {import("./adding.js").Outcome} outcome
 * @param {() => void} onDismiss
 */
export function outcomeTemplate({ report, error, cancelled }, onDismiss) {
  const { failed } = report;
  const bad = failed.length > 0 || error;
  return html`<section class="card outcome" aria-label="What was added">
    <div class="card-head">
      <p class="outcome-line" role="status">${icon(bad ? "warning" : "check")}<span>${outcomeLine({ report, error, cancelled })}</span></p>
      <button type="button" class="icon-button small" aria-label="Dismiss" @click=${onDismiss}>${icon("close")}</button>
    </div>
    ${report.chunks ? html`<p class="quiet number">${count(report.chunks, "passage")} in ${duration(report.seconds)}</p>` : nothing}
    ${error ? html`<div class="message danger" role="alert"><p>${error.message}</p>${hint(error)}</div>` : nothing}
    ${failed.length ? html`<details ?open=${failed.length <= 3}><summary>${count(failed.length, "file")} with a problem</summary>${failedList(failed)}</details>` : nothing}
  </section>`;
}

/** @param {Omit<import("./adding.js").Outcome, "quiet">} outcome */
export function outcomeLine({ report, error, cancelled }) {
  if (hasAny(report)) return `${cancelled ? "Stopped: " : ""}${reportLine(report)}`;
  if (cancelled) return "Stopped. What was written so far is kept.";
  return error ? "Adding stopped" : reportLine(report);
}

/** @param {import("../fossick.js").AddReport} report */
const hasAny = ({ added, updated, skipped, failed }) =>
  added + updated + skipped + failed.length > 0;

/** @param {Error & { hint?: string }} error */
const hint = (error) => (error.hint ? html`<p class="quiet">${error.hint}</p>` : nothing);

/** @param {readonly import("../fossick.js").FailedFile[]} failed */
export function failedList(failed) {
  return html`<ul class="failed-files">
    ${failed.slice(0, 500).map(
      ({ path, message, hint: way, code }) => html`<li data-code=${code}>
        <strong title=${path}>${fileName(path)}</strong>
        <span>${reason(path, message)}${way && !message.includes(way) ? html` ${way}` : nothing}</span>
      </li>`,
    )}
    ${failed.length > 500 ? html`<li class="quiet">and ${number(failed.length - 500)} more</li>` : nothing}
  </ul>`;
}
