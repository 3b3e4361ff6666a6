// @ts-check
/** Downloads: one verified file, and a whole version into a cache of its own. */

import { forgetManifest, manifestOf } from "./manifests.js";
import { tell } from "./pages.js";
import { cacheOf, dropCache, headersOf, MANIFEST_URL, urlOf } from "./scope.js";
import { state } from "./state.js";

/** @typedef {import("./scope.js").Entry} Entry */
/** @typedef {import("./scope.js").Manifest} Manifest */

const LANES = 4;
/** Milliseconds; the first repetition only goes past a stale copy. */
const RETRY_AFTER = [0, 1000, 4000];

/**
 * Fill the cache of a version. Files that are there from an earlier try, or with the same content
 * in the current version, are not fetched again. The list itself goes in last: it marks the end.
 * @param {Manifest} manifest
 */
export async function precache(manifest) {
  const { current } = await state();
  const cache = await cacheOf(manifest.version);
  const inUse = current ? await cacheOf(current) : null;
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
    forgetManifest(manifest.version);
  } catch (error) {
    // A full device gets its room back; otherwise what is there is used by the next try.
    if (isFull(error)) await dropCache(manifest.version);
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
export async function download(entry, add = () => {}) {
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
export function fileResponse(bytes, entry, manifest) {
  const headers = new Headers(headersOf(manifest, entry.path));
  headers.set("content-type", entry.type);
  headers.set("content-length", String(entry.size));
  headers.set("etag", `"${entry.sha256}"`);
  return new Response(bytes, { headers });
}

/** @param {unknown} error */
export const isFull = (error) =>
  error instanceof DOMException && error.name === "QuotaExceededError";
