// @ts-check
/** What all parts of the service worker share: its values, and the names of caches and files. */

/**
 * @typedef {{ path: string, size: number, sha256: string, type: string }} Entry
 * @typedef {Record<string, string>} Headed
 * @typedef {{ version: string, total: number, headers: Headed, special?: Record<string, Headed>, files: Entry[] }} Manifest
 *   precache.json: every file of one version of the site, and the headers to serve them with,
 *   some of them `special` to a path
 */

/** The global object, typed. */
export const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

export const SCOPE = worker.registration.scope;
export const MANIFEST_URL = `${SCOPE}precache.json`;
/** In place of a version: what the host sends. */
export const HOST = "host";
/** In place of a version: the cache that holds the state. */
export const STATE = "state";

// Caches belong to the origin, which other sites and other copies of this one may share.
const PREFIX = `fossick-site ${SCOPE} `;

/** The headers that a file is served with. @param {Manifest} manifest @param {string} path */
export const headersOf = ({ headers, special }, path) => ({ ...headers, ...special?.[path] });

/** The cache of a version. @param {string} version */
export const cacheOf = (version) => caches.open(PREFIX + version);

/** @param {string} version */
export const dropCache = (version) => caches.delete(PREFIX + version);

/** Versions that have a cache, HOST and STATE among them. */
export async function cachedVersions() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  return names.map((name) => name.slice(PREFIX.length));
}

/** Path of a URL inside the site, a folder's being that of its page. @param {string} url */
export function sitePath(url) {
  const path = decodeURIComponent(new URL(url).pathname.slice(new URL(SCOPE).pathname.length));
  return path === "" || path.endsWith("/") ? `${path}index.html` : path;
}

/** @param {string} path */
export const urlOf = (path) => SCOPE + path.split("/").map(encodeURIComponent).join("/");
