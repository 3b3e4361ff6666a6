// @ts-check
/**
 * The one error class of the JavaScript side, and how an error crosses a worker's border.
 *
 * A thrown object loses its own fields when a worker clones it, so nothing is thrown across:
 * calls answer with `{ok: true, value}` or `{ok: false, error: {code, message, hint}}`.
 */

/** @typedef {{ code: string, message: string, hint: string }} PlainError */
/**
 * @template T
 * @typedef {{ ok: true, value: T } | { ok: false, error: PlainError }} Envelope
 */

/** A failure with a stable `code`, a `message` for people and a `hint` that says what to do. */
export class FossickError extends Error {
  /**
   * @param {string} code one of ERROR_CODES in protocol.js
   * @param {string} message names the value at fault
   * @param {string} [hint] the way out
   */
  constructor(code, message, hint = "") {
    super(message);
    this.name = "FossickError";
    this.code = code;
    this.hint = hint;
  }
}

/** Names of DOMExceptions that have a code of their own; the rest is "internal". */
const CODE_OF_NAME = /** @type {Record<string, string>} */ ({
  AbortError: "cancelled",
  QuotaExceededError: "quota-exceeded",
  NotFoundError: "unreadable",
  NotReadableError: "unreadable",
  NotAllowedError: "unreadable",
  SecurityError: "unreadable",
});

const QUOTA_HINT = "Free some space on this device, or remove documents from the collection.";

/**
 * Whether the device has no room left.
 *
 * @param {unknown} error
 */
export const isFull = (error) =>
  error instanceof DOMException && error.name === "QuotaExceededError";

/** @param {string} name what there is no room for */
export function quotaExceeded(name) {
  return new FossickError("quota-exceeded", `There is no room left to write ${name}.`, QUOTA_HINT);
}

/**
 * Anything thrown, as a FossickError. `fallback` is the code for what has none of its own.
 *
 * @param {unknown} error
 * @param {string} [fallback]
 * @returns {FossickError}
 */
export function asFossickError(error, fallback = "internal") {
  if (error instanceof FossickError) return error;
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  const code = CODE_OF_NAME[name] ?? fallback;
  const message = error instanceof Error ? error.message || name : String(error);
  return new FossickError(code, message, code === "quota-exceeded" ? QUOTA_HINT : "");
}

/**
 * @param {unknown} error
 * @param {string} [fallback]
 * @returns {PlainError}
 */
export function plainError(error, fallback) {
  const { code, message, hint } = asFossickError(error, fallback);
  return { code, message, hint };
}

/**
 * Run `work` and put what comes of it into an envelope.
 *
 * @template T
 * @param {() => Promise<T> | T} work
 * @param {string} [fallback]
 * @returns {Promise<Envelope<T>>}
 */
export async function enveloped(work, fallback) {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, error: plainError(error, fallback) };
  }
}

/**
 * Take the value out of an envelope, or throw what is in it.
 *
 * @template T
 * @param {Envelope<T>} envelope
 * @returns {T}
 */
export function opened(envelope) {
  if (envelope.ok) return envelope.value;
  const { code, message, hint } = envelope.error;
  throw new FossickError(code, message, hint);
}
