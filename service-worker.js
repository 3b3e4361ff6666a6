// @ts-check
/**
 * Offline use, isolation and updates of the site. It lies at the site's root, since a service
 * worker rules the folder it comes from; its parts are in static/workers/offline/, the page's side
 * is static/offline.js.
 *
 * The site is known by versions: precache.json lists every file of one version with its SHA-256.
 * A version is downloaded wholly into a cache of its own, each file verified, while whatever is in
 * use goes on serving. It becomes the current one only when no page runs another: all pages say
 * that they were born with it, or agree to reload, or none is open. So no page is ever served from
 * two versions. Until a first version is complete, requests pass through to the host.
 *
 * Everything served carries the headers of precache.json, so pages are isolated (threads) and under
 * the same policy on hosts that cannot send headers.
 *
 *   page -> worker   check: look for a new version, download it    hello: what is the state?
 *                    apply: switch to the version that is ready
 *   worker -> page   status: {state, done, total, message}          update: a version is ready
 *                    version?, may-reload?: answered on the port     reload
 */

import "./static/workers/requests.js";
import { isFull, precache } from "./static/workers/offline/download.js";
import { Gone, hostIsolates, latestManifest } from "./static/workers/offline/manifests.js";
import { apply, settle, tell, tidy } from "./static/workers/offline/pages.js";
import { cachedVersions, dropCache, SCOPE, worker } from "./static/workers/offline/scope.js";
import { respond } from "./static/workers/offline/serving.js";
import { save, serially, state } from "./static/workers/offline/state.js";

worker.addEventListener("install", (event) => event.waitUntil(latestManifest()));

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(SCOPE)) return;
  event.respondWith(respond(event));
});

worker.addEventListener("message", (event) => {
  const { type } = event.data ?? {};
  const [port] = event.ports;
  if (type === "check") event.waitUntil(check());
  if (type === "hello") event.waitUntil(hello().then((answer) => port?.postMessage(answer)));
  if (type === "apply") {
    const asker = /** @type {Client} */ (event.source);
    event.waitUntil(serially(() => apply(asker)).then((answer) => port?.postMessage(answer)));
  }
});

/** For the page that asks: versions, and whether the host itself sends the isolation headers. */
async function hello() {
  const { current, ready } = await state();
  return { current, ready, hostIsolates: await hostIsolates() };
}

/** @type {Promise<void> | null} */
let checking = null;

/** Look for a new version and bring it in; calls while one runs share it. */
function check() {
  checking ??= bringIn()
    .catch(async (error) => tell(await explain(error)))
    .finally(() => {
      checking = null;
    });
  return checking;
}

async function bringIn() {
  const known = await state();
  const manifest = await latestManifest().catch(async (error) => {
    if (error instanceof Gone) await leave();
    else if (known.current) return null; // no connection, and none needed
    throw error;
  });
  if (manifest && ![known.current, known.ready].includes(manifest.version)) {
    await precache(manifest);
    known.ready = manifest.version;
    await save();
  } else if (known.current === manifest?.version) {
    known.ready = null; // the host went back to what is in use
  }
  await serially(settle);
  await tidy();
  const { total } = manifest ?? { total: 0 };
  await tell({ type: "status", state: "ready", done: total, total, message: "" });
  if (known.ready) await tell({ type: "update", version: known.ready });
}

/** Make room for whatever is at this address now, such as another project on a local port. */
async function leave() {
  await worker.registration.unregister();
  for (const version of await cachedVersions()) await dropCache(version);
}

/** What stopped the download, for the pages. @param {unknown} error */
async function explain(error) {
  const { current } = await state();
  const what = current ? "The new version is not kept yet" : "Not ready for offline use yet";
  const why = isFull(error)
    ? "there is no room for it on this device."
    : /** @type {Error} */ (error).message;
  const status = { state: isFull(error) ? "failed" : "paused", done: 0, total: 0 };
  return { type: "status", ...status, message: `${what}: ${why}` };
}
