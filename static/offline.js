// @ts-check
/**
 * The page's side of the service worker: isolation, offline use, updates.
 *
 * In the page, before the engine starts and in this order:
 *
 *     const isolation = await isolate();          // may reload the page once, see below
 *     const engine = startTheEngine();
 *     watch({ after: engine, onStatus, onUpdate, mayReload });
 *     // on the user's click, once onUpdate was called:
 *     const { applied, message } = await applyUpdate();
 *
 * Where there are no service workers (private windows of some browsers, plain http on another
 * machine) everything here does nothing and says so; the page works as any web page does.
 * The messages are listed in service-worker.js, which is a module too.
 */

/**
 * @typedef {"headers" | "service-worker" | "none"} Isolation  who isolates the page; "none": nobody,
 *   so there are no threads
 *
 * @typedef {object} OfflineStatus
 * @property {"unavailable" | "waiting" | "downloading" | "ready" | "paused" | "failed"} state
 *   unavailable: no service workers here; waiting: nothing known yet; downloading: `done` of `total`
 *   bytes; ready: the site runs without a connection; paused: tried again by itself; failed: not
 *   tried again before the next visit
 * @property {number} done  bytes
 * @property {number} total  bytes
 * @property {string} message  a sentence for the user where the state needs one, else ""
 *
 * @typedef {object} WatchOptions
 * @property {Promise<unknown>} [after]  begin when this settles, so that the download does not
 *   compete with the start
 * @property {(status: OfflineStatus) => void} [onStatus]
 * @property {(version: string) => void} [onUpdate]  a newer version lies ready
 * @property {() => boolean | Promise<boolean>} [mayReload]  asked when another tab wants to update:
 *   true if this page may be reloaded now. Left out, it may not.
 */

import { scriptUrl } from "./own-scripts.js";

const ROOT = new URL("../", import.meta.url);
const RELOADED = "fossick-isolation-reload";
const ACTIVE_WITHIN = 5000;
/** Longer than the service worker waits for other tabs. */
const ANSWER_WITHIN = 8000;
const CHECK_AGAIN = 20_000;
const LOOK_FOR_UPDATES = 3_600_000;

const container = window.isSecureContext ? navigator.serviceWorker : undefined;

/** Whether the user did anything yet; after that a page is not reloaded under their hands. */
let touched = false;
for (const type of ["pointerdown", "keydown", "drop", "paste", "input"]) {
  addEventListener(type, () => (touched = true), { capture: true, once: true, passive: true });
}

/** Version of the site that this page was born with; null in an unbuilt tree. */
export const pageVersion =
  document.querySelector("meta[name=fossick-version]")?.getAttribute("content") ?? null;

/** @type {Promise<ServiceWorkerRegistration> | undefined} */
let registering;

/** Register once; rejects where that is not possible. */
function register() {
  registering ??= container
    ? container.register(scriptUrl(new URL("service-worker.js", ROOT)), {
        scope: ROOT.pathname,
        type: "module",
        updateViaCache: "none",
      })
    : Promise.reject(new Error("This browser or window has no service workers."));
  return registering;
}

/**
 * Make sure that the page is isolated, if that can be had.
 *
 * On a host that sends no headers the service worker adds them, from the next load on. So on the
 * very first visit the page is reloaded here, at most once per tab and never after the user has
 * touched the page; this then does not return.
 * @returns {Promise<Isolation>}
 */
export async function isolate() {
  if (window.crossOriginIsolated) {
    const known = container?.controller ? await send(container.controller, "hello") : undefined;
    return known && !known.hostIsolates ? "service-worker" : "headers";
  }
  if (!container || container.controller || wasReloaded()) return "none";
  try {
    await register();
    await within(ACTIVE_WITHIN, container.ready);
  } catch {
    return "none"; // watch() tells why
  }
  if (touched || !noteReload()) return "none";
  location.reload();
  return new Promise(() => {});
}

function wasReloaded() {
  try {
    return sessionStorage.getItem(RELOADED) !== null;
  } catch {
    return true; // no storage, no way to tell a first load from a loop
  }
}

function noteReload() {
  try {
    sessionStorage.setItem(RELOADED, "1");
    return sessionStorage.getItem(RELOADED) === "1";
  } catch {
    return false;
  }
}

/**
 * Keep the site for offline use and look for updates, in the background, for as long as the page
 * is open. Call it once.
 * @param {WatchOptions} options
 * @returns {Promise<void>} settles when the first look has begun
 */
export async function watch({ after, onStatus, onUpdate, mayReload } = {}) {
  /** @type {OfflineStatus["state"]} */
  let last = "waiting";
  /** @param {OfflineStatus} status */
  const report = ({ state, done, total, message }) => {
    last = state;
    onStatus?.({ state, done, total, message });
  };
  container?.addEventListener("message", async ({ data, ports: [port] }) => {
    if (data.type === "status") report(data);
    if (data.type === "update" && data.version !== pageVersion) onUpdate?.(data.version);
    if (data.type === "version") port?.postMessage(pageVersion);
    if (data.type === "may-reload") port?.postMessage((await mayReload?.()) ?? false);
    if (data.type === "reload") location.reload();
  });
  container?.startMessages();

  await after?.catch(() => {}); // a failed start is reported by whoever started it
  try {
    const registration = await register();
    await container?.ready;
    const check = () => registration.active?.postMessage({ type: "check" });
    check();
    // A browser may stop the service worker in the middle of a long download, without a word.
    // Asking again while it runs costs nothing and keeps it running.
    setInterval(() => last !== "ready" && last !== "failed" && check(), CHECK_AGAIN);
    setInterval(check, LOOK_FOR_UPDATES);
    addEventListener("online", check);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    report({ state: "unavailable", done: 0, total: 0, message });
  }
}

/**
 * Switch to the version that lies ready. All tabs of the site are reloaded if every one of them
 * agrees; otherwise nothing happens and `message` says why.
 * @returns {Promise<{ applied: boolean, message: string }>}
 */
export async function applyUpdate() {
  const active = (await container?.getRegistration(ROOT.href))?.active;
  const answer = active && (await send(active, "apply"));
  return answer ?? { applied: false, message: "The update could not be started; reload the page." };
}

/**
 * Ask the service worker; undefined if it gives no answer in time.
 * @param {ServiceWorker} target
 * @param {"hello" | "apply"} type
 * @returns {Promise<any>}
 */
function send(target, type) {
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => {
    port1.onmessage = (event) => resolve(event.data);
  });
  target.postMessage({ type }, [port2]);
  return within(ANSWER_WITHIN, answer).catch(() => undefined);
}

/**
 * @template T
 * @param {number} milliseconds
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
function within(milliseconds, promise) {
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error("no answer in time")), milliseconds);
  });
  return Promise.race([promise, /** @type {Promise<T>} */ (late)]);
}
