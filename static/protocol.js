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
  "reconsider",
  "get",
  "context",
  "documents",
  "unread",
  "stats",
  "audit",
  "duplicates",
  "upgrade",
  "hold",
  "pause",
  "vacuum",
  "check",
  "repair",
  "export",
  "import_file",
  "embed",
  "change_passphrase",
  "check_passphrase",
  "retry_model",
  "vectors",
  "refresh",
  "take_over",
  "cancel",
  "close",
]);

/**
 * Methods that change a collection, or look at files that the writer may take away: a tab that
 * follows another hands them to the one that writes.
 */
export const CARRIED = /** @type {const} */ ([
  "add",
  "remove",
  "reconsider",
  "upgrade",
  "vacuum",
  "check",
  "repair",
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
  "vacuum",
  "clear",
  "audit",
  "statistics",
  "centroid",
  "components",
  "clusters",
  "pool",
  "normalise",
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
  "verify", // reading all of the index, to see whether it is whole; unit "bytes"
  "export", // writing an exported file; unit "bytes"
  "import", // reading one into a collection; unit "bytes"
  "audit", // measuring what searches by meaning find; unit "passages"
  "download", // fetching a model from the hub; unit "bytes"
  "check", // trying out a model that was put on this device
  "offline", // service worker precaching the site; unit "bytes"
]);

export const ERROR_CODES = /** @type {const} */ ([
  "internal",
  "memory",
  "empty",
  "no-text",
  "encrypted",
  "damaged",
  "too-large",
  "unsupported",
  "not-text",
  "ignored",
  "unreadable",
  "bad-option",
  "bad-query",
  "dimension-mismatch",
  "not-found",
  "collection-exists",
  "storage-damaged",
  "storage-unavailable",
  "index-version",
  "quota-exceeded",
  "read-only",
  "locked",
  "wrong-passphrase",
  "model-missing",
  "model-failed",
  "model-unsuitable",
  "download-failed",
  "download-damaged",
  "cancelled",
  "closed",
  "boot-failed",
]);
