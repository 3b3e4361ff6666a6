// @ts-check
/**
 * The path under which a source is known: relative, with slashes, in NFC, without anything that
 * could mislead a reader or a file system.
 *
 * Characters that cannot stay are written as %XX, and a percent sign before two hexadecimal
 * digits as %25, so that two different paths never become one.
 */

/** Controls, line separators, and the marks that turn the direction of text around. */
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]/gu;

/** @param {string} text */
const escaped = (text) =>
  Array.from(
    new TextEncoder().encode(text),
    (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
  ).join("");

/**
 * @param {string} path as the browser or the caller gives it
 * @returns {string} empty if nothing is left of it
 */
export function safePath(path) {
  const whole = path
    .toWellFormed()
    .normalize("NFC")
    .replaceAll("\\", "/")
    .replace(/^[A-Za-z]:(?=\/)/, "")
    .replace(/%(?=[0-9A-Fa-f]{2})/g, "%25")
    .replace(UNSAFE, escaped);
  const parts = whole.split("/").filter((part) => part !== "" && part !== ".");
  return parts.map((part) => (part === ".." ? "%2E%2E" : part)).join("/");
}

/** Gives each path out once: a second "a/b.md" becomes "a/b (2).md". */
export class PathRegister {
  constructor() {
    /** @type {Set<string>} */
    this.taken = new Set();
  }

  /** @param {string} path */
  claim(path) {
    const clean = safePath(path) || "unnamed";
    const [, stem = clean, extension = ""] = /^(.*[^/])(\.[^./]*)$/.exec(clean) ?? [];
    let free = clean;
    for (let count = 2; this.taken.has(free); count += 1) free = `${stem} (${count})${extension}`;
    this.taken.add(free);
    return free;
  }
}
