// @ts-check
/** What lies over the page: messages and progress at its foot, dialogs, ways in for files. */
import { html, nothing } from "../vendor/lit.js";
import "./drop.js";
import "./files-dialog.js";
import "./help-dialog.js";
import "./note-dialog.js";
import { outcomeTemplate, progressTemplate } from "./progress.js";
import "./status-dialog.js";

/** @typedef {import("./app.js").FossickApp} FossickApp */
/** @typedef {CustomEvent<any>} Custom */

/** @param {FossickApp} app */
export function dockTemplate(app) {
  const { progress, outcome, outcomeShown } = app.collecting;
  return html`<div class="dock">
    ${app.notes.template()} ${app.keeping.template()}
    ${app.offline.version ? app.offline.updateTemplate() : nothing}
    ${outcome && outcomeShown ? outcomeTemplate(outcome, () => app.collecting.dismiss()) : nothing}
    ${progress ? progressTemplate(progress, () => app.collecting.cancel(), pausing(app)) : nothing}
    ${app.portable.template()}
  </div>`;
}

/** @param {FossickApp} app */
function pausing({ collecting, engine }) {
  if (engine.info?.writable === false) return null; // Another tab does the work.
  const onPause = (/** @type {boolean} */ paused) => void collecting.pause(paused);
  return { paused: collecting.paused, onPause };
}

/** @param {FossickApp} app */
export function overlaysTemplate(app) {
  const { collecting, engine } = app;
  const push = (/** @type {Custom} */ event) => collecting.push(event.detail);
  const picked = (/** @type {Event} */ event) => collecting.picked(event);
  return html`
    <p class="visually-hidden" role="status">${app.asking.announced}</p>
    <input id="add-files" class="visually-hidden" type="file" multiple tabindex="-1" aria-label="Add files" @change=${picked}>
    <input id="add-folder" class="visually-hidden" type="file" webkitdirectory tabindex="-1" aria-label="Add folder" @change=${picked}>
    <drop-zone @sources=${push} @note=${(/** @type {Custom} */ e) => app.note(e.detail)}></drop-zone>
    <note-dialog @sources=${push}></note-dialog>
    ${app.portable.dialogTemplate()}
    <help-dialog @example=${(/** @type {Custom} */ e) => app.box.replace(e.detail)}></help-dialog>
    <files-dialog .engine=${engine} .stamp=${engine.stamp} .folders=${app.keeping.folders} .asked=${app.asking.asked} .busy=${collecting.busy}
      @add-folder=${() => void collecting.pickFolder()}
      @add-files=${() => collecting.pickFiles()}
      @update-folder=${(/** @type {Custom} */ e) => void app.keeping.update(e.detail)}
      @folder-rules=${(/** @type {Custom} */ e) => void app.keeping.rule(e.detail)}
      @forget-folder=${(/** @type {Custom} */ e) => void app.keeping.forget(e.detail)}
      @retry=${(/** @type {Custom} */ e) => collecting.retry(e.detail)}
      @remove=${(/** @type {Custom} */ e) => void collecting.remove(e.detail)}
      @remove-all=${() => void collecting.remove(engine.documents.map(({ id }) => id))}
      @show=${(/** @type {Custom} */ e) => {
        app.files.close();
        void app.opening.show(e.detail);
      }}></files-dialog>
    <status-dialog .engine=${engine} .stamp=${engine.stamp} .offline=${app.offline} .copy=${app.offline.status} .outcome=${collecting.outcome} .upkeep=${collecting.upkeep} .folders=${app.keeping.folders}
      @embedder=${(/** @type {Custom} */ e) => void app.embedder(e.detail)}
      @pause=${(/** @type {Custom} */ e) => void engine.opened().pauseUpgrade(e.detail)}
      @lock=${() => void engine.opened().lock()}
      @vacuum=${() => void collecting.vacuum()}
      @repair=${() => void collecting.repair()}
      @checked=${(/** @type {Custom} */ e) => app.keeping.damaged(e.detail.again)}
      @bring=${() => void app.keeping.readAgain()}
      @exported-file=${(/** @type {Custom} */ e) => void app.portable.offer(e.detail)}
      @retry-model=${() => void engine.retryModel()}
      @files=${() => {
        app.status.close();
        app.files.open();
      }}></status-dialog>
  `;
}
