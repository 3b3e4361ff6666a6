// @ts-check
/**
 * Which scripts may become a worker: those of this site. Under a policy that asks for Trusted
 * Types (see serve.py) nothing else that takes code or markup as text works, here or in libraries.
 */

/** The folder that the site's scripts lie in, and its parent, which the service worker rules. */
const STATIC = new URL("./", import.meta.url).href;
const SERVICE_WORKER = new URL("../service-worker.js", import.meta.url).href;

const { trustedTypes, location } = /** @type {any} */ (globalThis);

/** @param {string} url */
function own(url) {
  const { href } = new URL(url, location.href);
  if (href.startsWith(STATIC) || href === SERVICE_WORKER) return href;
  throw new TypeError(`${url} is no script of this site.`);
}

const named = trustedTypes?.createPolicy("fossick", { createScriptURL: own });

/**
 * The address of a script, as a browser with Trusted Types wants it.
 *
 * @param {URL} url raises `TypeError` for one outside of the site
 * @returns {URL} in truth a TrustedScriptURL where there are such
 */
export function scriptUrl(url) {
  return named ? named.createScriptURL(url.href) : new URL(own(url.href));
}

/**
 * Start a module worker of this site.
 *
 * @param {URL} url
 * @param {string} name what developer tools call it
 */
export function startWorker(url, name) {
  return new Worker(scriptUrl(url), { type: "module", name });
}

/** Let libraries in this realm start workers by address as well, from this site's scripts only. */
export function letLibrariesStartWorkers() {
  trustedTypes?.createPolicy("default", { createScriptURL: own });
}
