// @ts-check
/** Numbers, sizes and times as people read them. Pure functions, no markup. */

const whole = new Intl.NumberFormat("en");
const plural = new Intl.PluralRules("en");
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });

/** @param {number} n */
export const number = (n) => whole.format(Math.round(n));

/**
 * `count(1, "file")` is "1 file", `count(2, "file")` is "2 files".
 * @param {number} n
 * @param {string} one
 * @param {string} [many]
 */
export function count(n, one, many = `${one}s`) {
  return `${number(n)} ${plural.select(n) === "one" ? one : many}`;
}

/**
 * Bytes with a decimal unit: `bytes(22_800_000)` is "22.8 MB".
 * @param {number} n
 */
export function bytes(n) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let value = n;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits).replace(/\.0$/, "")} ${units[unit]}`;
}

/**
 * A stretch of time for a progress line: "8 s", "2 min 5 s", "1 h 4 min".
 * @param {number} seconds
 */
export function duration(seconds) {
  const s = Math.max(1, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return s % 60 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${s / 60} min`;
  const minutes = Math.round((s % 3600) / 60);
  return minutes ? `${Math.floor(s / 3600)} h ${minutes} min` : `${Math.floor(s / 3600)} h`;
}

/**
 * Milliseconds as measured: "0.4 ms", "12 ms", "1.3 s".
 * @param {number} ms
 */
export function milliseconds(ms) {
  if (ms >= 999.5) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 9.95 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

/**
 * A rate with as many digits as it deserves: "3.2", "140".
 * @param {number} perSecond
 */
export function rate(perSecond) {
  return perSecond >= 10 ? number(perSecond) : perSecond.toFixed(1);
}

/** @param {number} epochMilliseconds */
export const date = (epochMilliseconds) => day.format(new Date(epochMilliseconds));

/**
 * The last part of a path: `fileName("notes/2024/ideas.md")` is "ideas.md".
 * @param {string} path
 */
export function fileName(path) {
  return path.slice(path.lastIndexOf("/") + 1) || path;
}

/**
 * The folder part of a path with its slash, empty at the top.
 * @param {string} path
 */
export function folder(path) {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/**
 * A long path without its middle: the first folder and as many of the last parts as fit.
 * `shortPath("book/listings/ch04/listing-04-03/src/main.rs", 36)` is
 * "book/…/listing-04-03/src/main.rs".
 * @param {string} path
 * @param {number} [size] most characters
 */
export function shortPath(path, size = 64) {
  const parts = path.split("/");
  if (path.length <= size || parts.length < 4) return path;
  const first = parts[0] ?? "";
  let tail = parts.at(-1) ?? "";
  for (let at = parts.length - 2; at > 0; at -= 1) {
    const longer = `${parts[at]}/${tail}`;
    if (first.length + longer.length + 3 > size) break;
    tail = longer;
  }
  return `${first}/…/${tail}`;
}

/**
 * A message without the path at its front, which stands above it already:
 * `reason("a.pdf", "a.pdf has no text.")` is "Has no text."
 * @param {string} path
 * @param {string} message
 */
export function reason(path, message) {
  if (!message.startsWith(path)) return message;
  const rest = message.slice(path.length).replace(/^:?\s+/u, "");
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}
