// @ts-check
/**
 * The one list of what page, engine worker and inference worker say to each other.
 *
 * METHODS are the methods of `app.browser.bridge.Bridge` (snake_case there and here); a test
 * compares both lists. ERROR_CODES are those of `app.errors.CODES`; a test compares them too.
 */

/** Methods of the Python bridge, as the page calls them through the engine worker. */
export const METHODS = /** @type {const} */ ([
  "add",
  "search",
  "suggest",
  "remove",
  "get",
  "context",
  "documents",
  "unread",
  "stats",
  "audit",
  "duplicates",
  "upgrade",
  "hold",
  "vacuum",
  "repair",
  "embed",
  "retry_model",
  "vectors",
  "cancel",
  "close",
]);

/** Calls of `vectors`: those of `app.browser.vectors.VectorBridge`, where they begin with `call_`. */
export const VECTOR_CALLS = /** @type {const} */ ([
  "open",
  "add",
  "remove",
  "get",
  "search",
  "page",
  "stats",
  "clear",
  "audit",
  "statistics",
  "centroid",
  "components",
  "clusters",
  "close",
  "names",
  "delete",
]);

/** Names of progress events: `{ phase, done, total, unit, rate, secondsLeft, path?, message? }`. */
export const PHASES = /** @type {const} */ ([
  "boot", // starting the engine; `message` names the step
  "model", // loading the embedding model
  "scan", // walking folders
  "index", // reading, chunking, embedding and writing files; unit "files"
  "commit", // writing a segment
  "upgrade", // better vectors in place of quick ones, in the background; unit "passages"
  "audit", // measuring what searches by meaning find; unit "passages"
  "download", // fetching a model from the hub; unit "bytes"
  "check", // trying out a model that was put on this device
  "offline", // service worker precaching the site; unit "bytes"
]);

export const ERROR_CODES = /** @type {const} */ ([
  "internal",
  "empty",
  "no-text",
  "encrypted",
  "damaged",
  "too-large",
  "unsupported",
  "not-text",
  "unreadable",
  "bad-option",
  "bad-query",
  "dimension-mismatch",
  "not-found",
  "storage-damaged",
  "storage-unavailable",
  "index-version",
  "quota-exceeded",
  "read-only",
  "model-missing",
  "model-failed",
  "model-unsuitable",
  "download-failed",
  "download-damaged",
  "cancelled",
  "closed",
  "boot-failed",
]);
