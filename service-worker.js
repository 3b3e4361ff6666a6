// @ts-check
/**
 * Offline use, isolation and updates of the site. It lies at the site's root, since a service
 * worker rules the folder it comes from. The page's side is static/offline.js.
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

/**
 * @typedef {{ path: string, size: number, sha256: string, type: string }} Entry
 * @typedef {{ version: string, total: number, headers: Record<string, string>, files: Entry[] }} Manifest
 * @typedef {{ version: string, since: number }} Pin
 * @typedef {object} State
 * @property {string | null} current  version that pages are served from; null: from the host
 * @property {string | null} ready  version that is complete and waits for the pages
 * @property {Record<string, Pin>} pins  clients that stay with another version than `current`
 */

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const SCOPE = worker.registration.scope;
// Caches belong to the origin, which other sites and other copies of this one may share.
const PREFIX = `fossick-site ${SCOPE} `;
const STATE = "state";
const STATE_URL = `${SCOPE}state.json`;
const MANIFEST_URL = `${SCOPE}precache.json`;
/** In place of a version: what the host sends. */
const HOST = "host";
const LANES = 4;
const RETRY_AFTER = [0, 1000, 4000];
const ANSWER_WITHIN = 5000;
/** A client that is still loading is not listed yet; its pin is kept for this long. */
const LOADING_WITHIN = 60_000;

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

// ---- serving ----------------------------------------------------------------------------------

/** @param {FetchEvent} event */
async function respond(event) {
  const { request } = event;
  const known = await state();
  const navigates = request.mode === "navigate";
  // Looked at before queueing: whoever asks other pages may take seconds.
  if (navigates && known.ready && (await windows()).length === 0) await serially(promoteIfAlone);
  const pin = navigates ? undefined : known.pins[event.clientId];
  const version = pin?.version ?? known.current ?? HOST;
  if (event.resultingClientId) {
    known.pins[event.resultingClientId] = { version, since: Date.now() };
  }
  const path = sitePath(request.url);
  return (version !== HOST && (await fromCache(version, path, request))) || fromHost(request, path);
}

/** Path of a URL inside the site, a folder's being that of its page. @param {string} url */
function sitePath(url) {
  const path = decodeURIComponent(new URL(url).pathname.slice(new URL(SCOPE).pathname.length));
  return path === "" || path.endsWith("/") ? `${path}index.html` : path;
}

/** @param {string} path */
const urlOf = (path) => SCOPE + path.split("/").map(encodeURIComponent).join("/");

/**
 * The file as it is in a version; null if that version has no such file.
 * @param {string} version
 * @param {string} path
 * @param {Request} request
 */
async function fromCache(version, path, request) {
  const manifest = await manifestOf(version);
  const entry = manifest?.byPath.get(path);
  if (!manifest || !entry) return null;
  const cache = await caches.open(PREFIX + version);
  // A file that the browser lost is fetched anew, and only with the right content.
  const response =
    (await cache.match(urlOf(path))) ?? fileResponse(await download(entry), entry, manifest);
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.get("range") ?? "");
  return range ? slice(response, range[1], range[2]) : response;
}

/**
 * One range of a response: bytes `first`..`last`, or the last bytes where `first` is empty.
 * @param {Response} response
 * @param {string} first
 * @param {string} last
 */
async function slice(response, first, last) {
  const blob = await response.blob();
  const start = first ? Number(first) : Math.max(0, blob.size - Number(last));
  const end = first && last ? Math.min(Number(last) + 1, blob.size) : blob.size;
  const headers = new Headers(response.headers);
  if (start >= end) {
    headers.set("content-range", `bytes */${blob.size}`);
    headers.delete("content-length");
    return new Response(null, { status: 416, headers });
  }
  headers.set("content-range", `bytes ${start}-${end - 1}/${blob.size}`);
  headers.set("content-length", String(end - start));
  return new Response(blob.slice(start, end), { status: 206, headers });
}

/**
 * What the host sends; files of the site get the headers that the host left out.
 * @param {Request} request
 * @param {string} path
 */
async function fromHost(request, path) {
  const response = await fetch(request);
  const manifest = await manifestOf(HOST);
  // Redirects must reach the browser as they are.
  if (!manifest?.byPath.has(path) || response.type !== "basic") return response;
  const headers = new Headers(response.headers);
  if (headers.has("content-encoding")) {
    for (const name of ["content-encoding", "content-length"]) headers.delete(name); // undone by now
  }
  for (const [name, value] of Object.entries(manifest.headers)) {
    if (!headers.has(name)) headers.set(name, value);
  }
  const body = [204, 205, 304].includes(response.status) ? null : response.body;
  return new Response(body, { status: response.status, statusText: response.statusText, headers });
}

// ---- versions ---------------------------------------------------------------------------------

/** @type {Promise<void> | null} */
let checking = null;

/** Look for a new version and bring it in; calls while one runs share it. */
function check() {
  checking ??= bringIn()
    .catch((error) => tell({ type: "status", ...explain(error) }))
    .finally(() => {
      checking = null;
    });
  return checking;
}

async function bringIn() {
  const manifest = await latestManifest().catch(async (error) => {
    if (error instanceof Gone) await leave();
    throw error;
  });
  const known = await state();
  if (![known.current, known.ready].includes(manifest.version)) {
    await precache(manifest);
    known.ready = manifest.version;
    await save();
  } else if (known.current === manifest.version) {
    known.ready = null; // the host went back to what is in use
  }
  await serially(settle);
  await tidy();
  const { total } = manifest;
  await tell({ type: "status", state: "ready", done: total, total, message: "" });
  if (known.ready) await tell({ type: "update", version: known.ready });
}

/** The host answers, and has no such site any more. */
class Gone extends Error {}

/** Make room for whatever is at this address now, such as another project on a local port. */
async function leave() {
  await worker.registration.unregister();
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX)) await caches.delete(name);
  }
}

/** The host's list of files, kept aside with its headers. Raises where there is no connection. */
async function latestManifest() {
  const response = await fetch(MANIFEST_URL, { cache: "no-store" });
  if ([404, 410].includes(response.status)) throw new Gone("Fossick has left this address.");
  if (!response.ok) throw new Error(`precache.json: the host answered ${response.status}`);
  await (await caches.open(PREFIX + HOST)).put(MANIFEST_URL, response.clone());
  manifests.delete(HOST);
  return /** @type {Manifest} */ (await response.json());
}

/** @type {Map<string, Promise<(Manifest & { byPath: Map<string, Entry> }) | null>>} */
const manifests = new Map();

/** The list of a complete version, or the latest list of the host. @param {string} version */
function manifestOf(version) {
  let manifest = manifests.get(version);
  if (!manifest) {
    manifest = (async () => {
      const kept = await (await caches.open(PREFIX + version)).match(MANIFEST_URL);
      if (!kept) return null;
      const list = /** @type {Manifest} */ (await kept.json());
      return { ...list, byPath: new Map(list.files.map((file) => [file.path, file])) };
    })();
    manifests.set(version, manifest);
  }
  return manifest;
}

/**
 * Fill the cache of a version. Files that are there from an earlier try, or with the same content
 * in the current version, are not fetched again. The list itself goes in last: it marks the end.
 * @param {Manifest} manifest
 */
async function precache(manifest) {
  const { current } = await state();
  manifests.delete(manifest.version);
  const cache = await caches.open(PREFIX + manifest.version);
  const inUse = current ? await caches.open(PREFIX + current) : null;
  const old = current ? (await manifestOf(current))?.byPath : null;
  const have = new Set((await cache.keys()).map((request) => request.url));
  const missing = manifest.files.filter((file) => !have.has(urlOf(file.path)));
  const { quota = Number.POSITIVE_INFINITY, usage = 0 } = await navigator.storage.estimate();
  if (missing.reduce((sum, file) => sum + file.size, 0) > quota - usage) {
    throw new DOMException("no room for the site", "QuotaExceededError");
  }
  const progress = progressOf(manifest, missing);

  const lane = async () => {
    for (let entry = missing.shift(); entry; entry = missing.shift()) {
      const kept = old?.get(entry.path)?.sha256 === entry.sha256;
      const copy = kept ? await inUse?.match(urlOf(entry.path)) : undefined;
      const bytes = copy ? await copy.arrayBuffer() : await download(entry, progress.add);
      if (copy) progress.add(entry.size);
      await cache.put(urlOf(entry.path), fileResponse(bytes, entry, manifest));
    }
  };
  try {
    const lanes = await Promise.allSettled(Array.from({ length: LANES }, lane));
    const broken = lanes.find((result) => result.status === "rejected");
    if (broken) throw broken.reason;
    await cache.put(MANIFEST_URL, new Response(JSON.stringify(manifest)));
  } catch (error) {
    // A full device gets its room back; otherwise what is there is used by the next try.
    if (isFull(error)) await caches.delete(PREFIX + manifest.version);
    throw error;
  } finally {
    progress.stop();
  }
}

/**
 * Bytes done, told to the pages a few times a second.
 * @param {Manifest} manifest
 * @param {Entry[]} missing
 */
function progressOf(manifest, missing) {
  const { total } = manifest;
  let done = missing.reduce((rest, file) => rest - file.size, total);
  const report = () => tell({ type: "status", state: "downloading", done, total, message: "" });
  const timer = setInterval(report, 250);
  report();
  return {
    /** @param {number} bytes negative where a file is begun again */
    add: (bytes) => {
      done += bytes;
    },
    stop: () => clearInterval(timer),
  };
}

/**
 * The bytes of a file, verified; tried again with growing pauses.
 * @param {Entry} entry
 * @param {(bytes: number) => void} [add]
 */
async function download(entry, add = () => {}) {
  for (let attempt = 0; ; attempt++) {
    let got = 0;
    try {
      // "no-cache" asks whether the copy from the page's own loading still holds; after a failure
      // that copy is not trusted.
      const cache = attempt ? "reload" : "no-cache";
      const response = await fetch(urlOf(entry.path), { cache });
      if (!response.ok || !response.body) throw new Error(`the host answered ${response.status}`);
      const counted = response.body.pipeThrough(
        new TransformStream({
          transform(chunk, controller) {
            got += chunk.byteLength;
            add(chunk.byteLength);
            controller.enqueue(chunk);
          },
        }),
      );
      const bytes = await new Response(counted).arrayBuffer();
      if ((await sha256(bytes)) !== entry.sha256) throw new Error("its content is not as listed");
      return bytes;
    } catch (error) {
      add(-got);
      if (attempt === RETRY_AFTER.length) {
        throw new Error(`${entry.path}: ${/** @type {Error} */ (error).message}`);
      }
      await new Promise((resume) => setTimeout(resume, RETRY_AFTER[attempt]));
    }
  }
}

/** @param {ArrayBuffer} bytes */
async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The stored form: headers are put on once, so that answers leave the cache untouched and the
 * browser may keep compiled code beside them.
 * @param {ArrayBuffer} bytes
 * @param {Entry} entry
 * @param {Manifest} manifest
 */
function fileResponse(bytes, entry, manifest) {
  const headers = new Headers(manifest.headers);
  headers.set("content-type", entry.type);
  headers.set("content-length", String(entry.size));
  headers.set("etag", `"${entry.sha256}"`);
  return new Response(bytes, { headers });
}

/** @param {unknown} error */
const isFull = (error) => error instanceof DOMException && error.name === "QuotaExceededError";

/** @param {unknown} error */
function explain(error) {
  if (isFull(error)) {
    const message = "There is no room on this device to keep Fossick for offline use.";
    return { state: "failed", done: 0, total: 0, message };
  }
  const message = `Not ready for offline use yet: ${/** @type {Error} */ (error).message}`;
  return { state: "paused", done: 0, total: 0, message };
}

// ---- who runs what ----------------------------------------------------------------------------

/** Make the version that is ready the current one if every open page was born with it. */
async function settle() {
  const { ready } = await state();
  if (!ready) return;
  const pages = await windows();
  const versions = await Promise.all(pages.map((page) => ask(page, "version")));
  if (!versions.every((version) => version === ready)) return;
  await makeCurrent(ready);
  const known = await state();
  // These pages run that very version; from here on they need no host.
  for (const client of await clientsHere()) delete known.pins[client.id];
  await save();
  await worker.clients.claim();
}

async function promoteIfAlone() {
  const { ready } = await state();
  if (ready && (await windows()).length === 0) await makeCurrent(ready);
}

/**
 * A page wants the version that is ready: all others must agree to reload.
 * @param {Client} asker
 */
async function apply(asker) {
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
  for (const client of await clientsHere()) known.pins[client.id] ??= before;
  known.current = version;
  known.ready = null;
  await save();
}

/** Forget clients that are gone and delete the versions that nobody needs. */
async function tidy() {
  const known = await state();
  const here = new Set((await clientsHere()).map((client) => client.id));
  for (const [id, pin] of Object.entries(known.pins)) {
    if (!here.has(id) && Date.now() - pin.since > LOADING_WITHIN) delete known.pins[id];
  }
  await save();
  const pinned = Object.values(known.pins).map((pin) => pin.version);
  const needed = new Set(
    [known.current, known.ready, ...pinned, HOST, STATE].map((v) => PREFIX + v),
  );
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && !needed.has(name)) await caches.delete(name);
  }
}

/** All pages and workers of this site, also those loaded past this service worker. */
async function clientsHere() {
  const all = await worker.clients.matchAll({ includeUncontrolled: true, type: "all" });
  return all.filter((client) => client.url.startsWith(SCOPE));
}

/** The pages of this site. */
async function windows() {
  return (await clientsHere()).filter((client) => client.type === "window");
}

/** @param {object} message */
async function tell(message) {
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

// ---- state ------------------------------------------------------------------------------------

/** @type {Promise<State> | null} */
let loading = null;

/** The one state object; browsers stop this worker at will, so it is kept in a cache. */
function state() {
  loading ??= (async () => {
    const kept = await (await caches.open(PREFIX + STATE)).match(STATE_URL);
    const fresh = { current: null, ready: null, pins: {} };
    return /** @type {State} */ (kept ? await kept.json() : fresh);
  })();
  return loading;
}

async function save() {
  const cache = await caches.open(PREFIX + STATE);
  await cache.put(STATE_URL, new Response(JSON.stringify(await state())));
}

/** For the page that asks: versions, and whether the host itself sends the isolation headers. */
async function hello() {
  const { current, ready } = await state();
  const list = await (await caches.open(PREFIX + HOST)).match(MANIFEST_URL);
  const hostIsolates = list?.headers.has("cross-origin-embedder-policy") ?? false;
  return { current, ready, hostIsolates };
}

/** @type {Promise<unknown>} */
let line = Promise.resolve();

/**
 * Run what changes the current version one after the other.
 * @template T
 * @param {() => Promise<T>} job
 * @returns {Promise<T>}
 */
function serially(job) {
  const turn = line.then(job);
  line = turn.catch(() => {});
  return turn;
}
