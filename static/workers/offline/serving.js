// @ts-check
/** Answers to the pages' requests: from one whole version, or from the host. */

import { download, fileResponse } from "./download.js";
import { manifestOf } from "./manifests.js";
import { promoteIfAlone, windows } from "./pages.js";
import { cacheOf, HOST, headersOf, sitePath, urlOf } from "./scope.js";
import { save, serially, state } from "./state.js";

/** @param {FetchEvent} event */
export async function respond(event) {
  const { request } = event;
  const known = await state();
  const navigates = request.mode === "navigate";
  // Looked at before queueing: whoever asks other pages may take seconds.
  if (navigates && known.ready && (await windows()).length === 0) await serially(promoteIfAlone);
  const pin = navigates ? undefined : known.pins[event.clientId];
  const version = pin?.version ?? known.current ?? HOST;
  const born = event.resultingClientId;
  if (born) {
    const page = navigates ? born : (pin?.page ?? event.clientId);
    known.pins[born] = { version, page, since: Date.now() };
    event.waitUntil(save());
  }
  const path = sitePath(request.url);
  return (version !== HOST && (await fromCache(version, path, request))) || fromHost(request, path);
}

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
  const cache = await cacheOf(version);
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
  for (const [name, value] of Object.entries(headersOf(manifest, path))) {
    if (!headers.has(name)) headers.set(name, value);
  }
  const body = [204, 205, 304].includes(response.status) ? null : response.body;
  return new Response(body, { status: response.status, statusText: response.statusText, headers });
}
