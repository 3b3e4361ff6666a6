// @ts-check
/** What a caller says of sealing, checked. */

import { FossickError } from "./errors.js";

/** Minutes without use after which a sealed collection is locked. */
export const LOCK_AFTER = 15;

/**
 * @param {unknown} passphrase
 * @returns {string}
 */
export function checkPassphrase(passphrase) {
  if (typeof passphrase === "string" && passphrase !== "") return passphrase;
  const hint = "Give a text, best of several words.";
  throw new FossickError("bad-option", "That is no passphrase.", hint);
}

/** @param {unknown} minutes */
export function checkLockAfter(minutes) {
  if (typeof minutes === "number" && minutes >= 0) return minutes;
  const hint = "Give minutes, or 0 for never.";
  throw new FossickError("bad-option", `lockAfter cannot be ${minutes}.`, hint);
}

/**
 * What opens a sealed collection, as the engine takes it.
 *
 * @param {{ passphrase?: unknown, key?: unknown }} options
 * @returns {{ passphrase: string | null, key: CryptoKey | null }}
 */
export function checkOpener({ passphrase, key }) {
  if (key != null && !(globalThis.CryptoKey && key instanceof CryptoKey)) {
    const hint = "Give the `key` of a Fossick that is open, or a passphrase.";
    throw new FossickError("bad-option", "That is no key of a collection.", hint);
  }
  return {
    passphrase: passphrase == null ? null : checkPassphrase(passphrase),
    key: /** @type {CryptoKey | null} */ (key ?? null),
  };
}
