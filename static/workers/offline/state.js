// @ts-check
/** What the service worker remembers. Browsers stop it at will, so all of it lies in a cache. */

import { cacheOf, SCOPE, STATE } from "./scope.js";

/**
 * @typedef {{ version: string, page: string, since: number }} Pin  page: its own id, or of the page
 *   that started the worker
 * @typedef {object} State
 * @property {string | null} current  version that pages are served from; null: from the host
 * @property {string | null} ready  version that is complete and waits for the pages
 * @property {Record<string, Pin>} pins  clients that stay with another version than `current`
 */

const STATE_URL = `${SCOPE}state.json`;

/** @type {Promise<State> | null} */
let loading = null;

/** The one state object; `save` after a change. */
export function state() {
  loading ??= (async () => {
    const kept = await (await cacheOf(STATE)).match(STATE_URL);
    const fresh = { current: null, ready: null, pins: {} };
    return /** @type {State} */ (kept ? await kept.json() : fresh);
  })();
  return loading;
}

/** @type {Promise<void>} */
let saving = Promise.resolve();

/** Write the state as it is when its turn comes, so that an older one never lands last. */
export function save() {
  saving = saving
    .catch(() => {})
    .then(async () => {
      const cache = await cacheOf(STATE);
      await cache.put(STATE_URL, new Response(JSON.stringify(await state())));
    });
  return saving;
}

/** @type {Promise<unknown>} */
let line = Promise.resolve();

/**
 * Run what changes the current version one after the other.
 * @template T
 * @param {() => Promise<T>} job
 * @returns {Promise<T>}
 */
export function serially(job) {
  const turn = line.then(job);
  line = turn.catch(() => {});
  return turn;
}
