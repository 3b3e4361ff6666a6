// @ts-check
/** What the engine tells without having been asked, and what becomes of it in the page. */

/** @typedef {import("./client.js").Fossick} Fossick */
/** @typedef {import("./workers/engine.worker.js").EngineEvent} EngineEvent */

const LOST =
  "The tab that was adding files has gone. What it had finished is kept; add the other files again.";

/**
 * @param {Fossick} fossick
 * @param {EngineEvent} event
 */
export function hear(fossick, event) {
  const { host, reranking, former, upgrading } = fossick;
  if (event.type === "progress") {
    fossick.tellProgress(/** @type {import("./fossick.js").Progress} */ (event.progress));
  } else if (event.type === "embedder") {
    fossick.embedder = /** @type {any} */ (event.embedder);
    // That the model has gone is told once, by who has seen it go.
    fossick.tellStatus(host.info.state === "failed" ? "" : event.note);
  } else if (event.type === "commit") {
    committed(fossick, event);
  } else if (event.type === "writer") {
    leads(fossick, event.lost);
  } else if (event.type === "carried") {
    upgrading.wake();
  } else if (event.type === "hung") {
    const hosts = { embedder: host, reranker: reranking.host, former: former.host };
    hosts[event.use]?.abandonNumber(event.worker, event.message);
  } else if (event.type === "former") {
    void former.want(event.model);
  }
}

/**
 * @param {Fossick} fossick
 * @param {{ generation: number, documents: number }} commit
 */
function committed(fossick, { generation, documents }) {
  fossick.commit = { generation, documents };
  if (fossick.started && fossick.writable) fossick.room.count(documents);
  fossick.dispatchEvent(new CustomEvent("commit", { detail: fossick.commit }));
}

/**
 * This tab writes from now on.
 *
 * @param {Fossick} fossick
 * @param {boolean} lost whether the tab that wrote had begun something that is lost with it
 */
function leads(fossick, lost) {
  fossick.tookOver = true;
  if (fossick.started) fossick.room.opened(fossick.started.storage.kind, fossick.commit);
  fossick.tellStatus(lost ? LOST : "");
  fossick.upgrading.wake();
}

/**
 * The engine had died or was closed, and is there again.
 *
 * @param {Fossick} fossick
 * @param {import("./workers/engine.worker.js").Started} started
 * @param {string} note
 */
export function restarted(fossick, started, note) {
  fossick.started = started;
  fossick.tookOver = false;
  fossick.host.reconnect();
  fossick.reranking.reconnect();
  fossick.upgrading.restarted();
  if (fossick.addingPaused) void fossick.pauseAdding(true).catch(() => {});
  fossick.tellStatus(note);
}
