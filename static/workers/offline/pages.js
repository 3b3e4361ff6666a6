// @ts-check
/** Who runs what: pages are asked, and the current version changes only with all of them. */

import { cachedVersions, dropCache, HOST, SCOPE, STATE, worker } from "./scope.js";
import { save, state } from "./state.js";

const ANSWER_WITHIN = 5000;
/** A client that is still loading is not listed yet; its pin is kept for this long. */
const LOADING_WITHIN = 60_000;

/** Make the version that is ready the current one if every open page was born with it. */
export async function settle() {
  const { ready } = await state();
  if (!ready) return;
  const pages = await windows();
  const versions = await Promise.all(pages.map((page) => ask(page, "version")));
  if (!versions.every((version) => version === ready)) return;
  await makeCurrent(ready);
  const known = await state();
  // These pages and their workers run that very version; from here on they need no host.
  const here = new Set(pages.map((page) => page.id));
  for (const [id, pin] of Object.entries(known.pins)) if (here.has(pin.page)) delete known.pins[id];
  await save();
  await worker.clients.claim();
}

export async function promoteIfAlone() {
  const { ready } = await state();
  if (ready && (await windows()).length === 0) await makeCurrent(ready);
}

/**
 * A page wants the version that is ready: all others must agree to reload.
 * @param {Client} asker
 */
export async function apply(asker) {
  const { ready } = await state();
  if (!ready) return { applied: false, message: "There is no newer version." };
  const others = (await windows()).filter((page) => page.id !== asker.id);
  const answers = await Promise.all(others.map((page) => ask(page, "may-reload")));
  if (!answers.every((answer) => answer === true)) {
    const message = "Another Fossick tab is busy. Wait for it or close it, then update again.";
    return { applied: false, message };
  }
  await makeCurrent(ready);
  await tell({ type: "reload" });
  return { applied: true, message: "" };
}

/** Switch; whoever is open now stays with what it has. @param {string} version */
async function makeCurrent(version) {
  const known = await state();
  const before = { version: known.current ?? HOST, since: Date.now() };
  for (const { id } of await windows()) known.pins[id] ??= { ...before, page: id };
  known.current = version;
  known.ready = null;
  await save();
}

/** Forget pages that are gone, with their workers, and delete the versions that nobody needs. */
export async function tidy() {
  const known = await state();
  const here = new Set((await windows()).map((page) => page.id));
  for (const [id, pin] of Object.entries(known.pins)) {
    if (!here.has(pin.page) && Date.now() - pin.since > LOADING_WITHIN) delete known.pins[id];
  }
  await save();
  const pinned = Object.values(known.pins).map((pin) => pin.version);
  const needed = new Set([known.current, known.ready, ...pinned, HOST, STATE]);
  for (const version of await cachedVersions()) {
    if (!needed.has(version)) await dropCache(version);
  }
}

/**
 * The pages of this site, also those loaded past this service worker. Workers are never asked for:
 * in Firefox the list waits for each of them, and a thread of WebAssembly that sleeps never answers.
 */
export async function windows() {
  const all = await worker.clients.matchAll({ includeUncontrolled: true, type: "window" });
  return all.filter((client) => client.url.startsWith(SCOPE));
}

/** @param {object} message */
export async function tell(message) {
  for (const page of await windows()) page.postMessage(message);
}

/**
 * A page's answer; undefined if it gives none in time.
 * @param {Client} page
 * @param {string} type
 * @returns {Promise<unknown>}
 */
function ask(page, type) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => resolve(event.data);
    setTimeout(() => resolve(undefined), ANSWER_WITHIN);
    page.postMessage({ type }, [port2]);
  });
}
