// @ts-check
/**
 * What is left out of a folder that is walked: hidden entries and machinery, what patterns of the
 * user's own name, and what the folder's .gitignore files name, where they are to be respected.
 *
 * Patterns are those of .gitignore, told by the library that many tools use for it. One of the
 * user's own has the last word: "!.notes" brings a hidden folder in. app/host/rules.py does the
 * same on a desktop; tests/fixtures/ignore_rules.json holds for both.
 */

import ignore from "../vendor/ignore.js";

/** @typedef {{ ignore?: readonly string[], gitignore?: boolean }} RuleOptions */
/** @typedef {{ below: string, matcher: import("../vendor/ignore.js").Ignore }} Ignoring */

/** Files and folders of machinery, never a person's own text. */
const MACHINERY = new Set(["node_modules", "__pycache__", "__MACOSX", "Thumbs.db", "desktop.ini"]);

export const GITIGNORE = ".gitignore";

export class Rules {
  /** @param {RuleOptions} [options] */
  constructor({ ignore: patterns = [], gitignore = false } = {}) {
    this.own = patterns.length > 0 ? matcherOf(patterns) : null;
    this.gitignore = gitignore;
  }

  /**
   * Why an entry is left out, in words; empty where it is not.
   *
   * @param {string} path below the folder, without a slash at its end
   * @param {boolean} isFolder
   * @param {readonly Ignoring[]} [above] the .gitignore files on the way to it, outermost first
   * @returns {string}
   */
  why(path, isFolder, above = []) {
    const shown = isFolder ? `${path}/` : path;
    const own = this.own?.test(shown);
    if (own?.ignored) return `the pattern "${own.rule?.pattern}" leaves it out`;
    if (own?.unignored) return "";
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (name.startsWith(".")) return "hidden files and folders are left out";
    if (MACHINERY.has(name)) return "files of machinery are left out";
    for (const { below, matcher } of above.toReversed()) {
      const { ignored, unignored, rule } = matcher.test(shown.slice(below.length));
      if (ignored) return `"${rule?.pattern}" in ${below}${GITIGNORE} leaves it out`;
      if (unignored) return "";
    }
    return "";
  }

  /**
   * Why a file is left out that does not come by a walk: one of the folders above it may be.
   *
   * @param {string} path
   * @returns {{ path: string, why: string } | null} what is left out: the file or a folder
   */
  whyAnyOf(path) {
    if (!this.own) return null;
    for (let end = path.indexOf("/"); end >= 0; end = path.indexOf("/", end + 1)) {
      const why = this.ofOwn(path.slice(0, end), true);
      if (why) return { path: path.slice(0, end), why };
    }
    const why = this.ofOwn(path, false);
    return why ? { path, why } : null;
  }

  /**
   * @param {string} path
   * @param {boolean} isFolder
   */
  ofOwn(path, isFolder) {
    const found = this.own?.test(isFolder ? `${path}/` : path);
    return found?.ignored ? `the pattern "${found.rule?.pattern}" leaves it out` : "";
  }
}

/**
 * The .gitignore of a folder, read.
 *
 * @param {string} below path of the folder with its slash, empty for the one that is walked
 * @param {string} text
 * @returns {Ignoring}
 */
export function ignoring(below, text) {
  return { below, matcher: matcherOf(text.split(/\r?\n/u)) };
}

/** @param {readonly string[]} patterns */
function matcherOf(patterns) {
  return ignore({ ignorecase: false, allowRelativePaths: true }).add([...patterns]);
}
