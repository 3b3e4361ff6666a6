// @ts-check
/** Lists of files: the host's latest, and those of the versions on this device. */

import { cacheOf, HOST, MANIFEST_URL } from "./scope.js";

/** @typedef {import("./scope.js").Entry} Entry */
/** @typedef {import("./scope.js").Manifest} Manifest */

/** The host answers, and has no such site any more. */
export class Gone extends Error {}

/** The host's list of files, kept aside with its headers. Raises where there is no connection. */
export async function latestManifest() {
  const response = await fetch(MANIFEST_URL, { cache: "no-store" });
  if ([404, 410].includes(response.status)) throw new Gone("Fossick has left this address.");
  if (!response.ok) throw new Error(`precache.json: the host answered ${response.status}`);
  await (await cacheOf(HOST)).put(MANIFEST_URL, response.clone());
  manifests.delete(HOST);
  return /** @type {Manifest} */ (await response.json());
}

/** @type {Map<string, Promise<(Manifest & { byPath: Map<string, Entry> }) | null>>} */
const manifests = new Map();

/** The list of a complete version, or the latest list of the host. @param {string} version */
export function manifestOf(version) {
  let manifest = manifests.get(version);
  if (!manifest) {
    manifest = (async () => {
      const kept = await (await cacheOf(version)).match(MANIFEST_URL);
      if (!kept) return null;
      const list = /** @type {Manifest} */ (await kept.json());
      return { ...list, byPath: new Map(list.files.map((file) => [file.path, file])) };
    })();
    manifests.set(version, manifest);
  }
  return manifest;
}

/** A list was written: read it anew. @param {string} version */
export const forgetManifest = (version) => manifests.delete(version);

/** Whether the host itself sends the isolation headers. */
export async function hostIsolates() {
  const list = await (await cacheOf(HOST)).match(MANIFEST_URL);
  return list?.headers.has("cross-origin-embedder-policy") ?? false;
}
