// @ts-check
/** Light, dark, or as the system has it; the choice is kept on the device. */

/** @typedef {"auto" | "light" | "dark"} Theme */

const KEY = "fossick.theme";
/** @type {readonly Theme[]} */
const ORDER = ["auto", "light", "dark"];

/** @returns {Theme} */
export function currentTheme() {
  const theme = document.documentElement.dataset.theme;
  return theme === "light" || theme === "dark" ? theme : "auto";
}

/** Moves on to the next theme and returns it. */
export function nextTheme() {
  const theme = ORDER[(ORDER.indexOf(currentTheme()) + 1) % ORDER.length] ?? "auto";
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  remember(KEY, theme === "auto" ? null : theme);
  return theme;
}

/**
 * Reads a setting; null where there is none or site data is blocked.
 * @param {string} key
 */
export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/**
 * Keeps a setting; null forgets it. Silent where site data is blocked.
 * @param {string} key
 * @param {string | null} value
 */
export function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // The setting lasts until the page is closed.
  }
}
