// @ts-check
/** Sources that are given by their address: fetched by the page, as far as its policy lets it. */

import { FossickError } from "./errors.js";

const HINT = "Save it as a file, then add that file.";
/** Names by what a server says that something is, where its address has no ending. */
const ENDINGS = /** @type {Record<string, string>} */ ({
  "text/html": ".html",
  "text/plain": ".txt",
  "text/markdown": ".md",
  "application/pdf": ".pdf",
  "application/json": ".json",
});

/** @param {any} one */
export const isAddress = (one) => typeof one?.url === "string" && !("path" in one);

/**
 * The sources, those that are an address as what lies there.
 *
 * @param {readonly any[]} sources
 * @param {AbortSignal} [signal]
 */
export function fetched(sources, signal) {
  return Promise.all(sources.map((one) => (isAddress(one) ? fetchOne(one.url, signal) : one)));
}

/**
 * @param {string} text
 * @param {AbortSignal} [signal]
 */
async function fetchOne(text, signal) {
  const url = addressOf(text);
  let answer;
  let blob;
  try {
    answer = await fetch(url, { signal, credentials: "same-origin" });
    blob = await answer.blob();
  } catch (error) {
    signal?.throwIfAborted();
    throw new FossickError("unreadable", `${url} is not to be had: ${reason(url, error)}.`, HINT);
  }
  if (!answer.ok) {
    throw new FossickError("unreadable", `${url} is not to be had: ${answer.status}.`, HINT);
  }
  const modified = Date.parse(answer.headers.get("Last-Modified") ?? "");
  const path = pathOf(new URL(answer.url || url), blob.type);
  return { path, blob, ...(Number.isNaN(modified) ? {} : { modified }) };
}

/** @param {string} text */
function addressOf(text) {
  const url = URL.canParse(text, document.baseURI) ? new URL(text, document.baseURI) : null;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new FossickError(
    "bad-option",
    `"${text}" is no address of a page.`,
    "Give one of http or https.",
  );
}

/**
 * @param {URL} url
 * @param {unknown} error
 */
function reason(url, error) {
  if (url.origin !== location.origin) return "this page, or that site, does not allow it";
  return error instanceof Error ? error.message : String(error);
}

/**
 * "example.org/guide/start.html" for the page of that address.
 *
 * @param {URL} url
 * @param {string} type
 */
function pathOf({ host, pathname, search }, type) {
  const whole = pathname.endsWith("/") ? `${pathname}index` : pathname;
  const name = whole.slice(whole.lastIndexOf("/") + 1);
  const ending = name.includes(".") ? "" : (ENDINGS[type.split(";")[0].trim()] ?? "");
  return decode(`${host}${whole}${search}`) + ending;
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
