// @ts-check
/** What a check has found, in words. Pure functions, no markup. */
import { bytes, count, milliseconds } from "./format.js";

/** @typedef {import("../fossick.js").Checked} Checked */
/** @typedef {import("../fossick.js").Damage} Damage */
/**
 * What is remembered of a check until the next one.
 *
 * @typedef {Pick<Checked, "documents" | "chunks" | "vectors" | "bytes" | "seconds"> & { at: number, damaged: number }} Remembered
 */

const when = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/**
 * @param {Checked} checked
 * @param {number} at milliseconds since 1970
 * @returns {Remembered}
 */
export function remembered({ documents, chunks, vectors, bytes, seconds, damage }, at) {
  return { documents, chunks, vectors, bytes, seconds, at, damaged: damage.length };
}

/**
 * The same from the text that was kept of it; null for anything else.
 * @param {string | null} text
 * @returns {Remembered | null}
 */
export function readAgain(text) {
  try {
    const found = JSON.parse(text ?? "null");
    const keys = ["documents", "chunks", "vectors", "bytes", "seconds", "at", "damaged"];
    return found && keys.every((key) => Number.isFinite(found[key])) ? found : null;
  } catch {
    return null;
  }
}

/** @param {Remembered} last */
export function lookedAt({ documents, chunks, bytes: size, seconds, at }) {
  const all = `${count(documents, "document")} and ${count(chunks, "passage")}`;
  return `${all} with their words, vectors and texts: ${bytes(size)} read in ${milliseconds(seconds * 1000)}, ${when.format(at)}`;
}

/**
 * What damage comes to, in a line.
 * @param {readonly Damage[]} damage
 */
export function damageTitle(damage) {
  const lost = sum(damage, "segment");
  if (lost > 0) {
    const gone = damage.every(
      ({ kind, message }) => kind !== "segment" || /may not be/.test(message),
    );
    return `${count(lost, "document")} ${gone ? "may be lost at the next start" : "cannot be searched"}`;
  }
  const shown = sum(damage, "texts");
  if (shown > 0) return `The text of ${count(shown, "document")} cannot be shown`;
  const kinds = new Set(damage.map(({ kind }) => kind));
  if (kinds.has("vectors")) return "Some passages are found by words only";
  if (damage.some(({ kind, message }) => kind === "manifest" && !/^One of the two/.test(message)))
    return "What was added last may be missing";
  if (kinds.has("vector-index")) return "Vectors of another page's own are damaged";
  return "Something is damaged that is made anew";
}

/**
 * Which files bring back what is damaged: how many come by themselves, as they lie in folders that
 * are kept in step, and the paths of the others.
 *
 * @param {readonly string[]} again
 * @param {readonly { name: string }[]} folders
 */
export function comesBack(again, folders) {
  const kept = (/** @type {string} */ path) =>
    folders.some(({ name }) => path.startsWith(`${name}/`));
  const others = again.filter((path) => !kept(path));
  return { kept: again.length - others.length, others };
}

/**
 * Some names, and how many more there are: `named(["a", "b", "c"], 2)` is "a, b and 1 other".
 * @param {readonly string[]} paths
 * @param {number} most
 */
export function named(paths, most) {
  const rest = paths.length - most;
  const some = paths.slice(0, most).join(", ");
  return rest > 0 ? `${some} and ${count(rest, "other")}` : some;
}

/**
 * @param {readonly Damage[]} damage
 * @param {Damage["kind"]} kind
 */
function sum(damage, kind) {
  const found = damage.filter((one) => one.kind === kind);
  return found.reduce((total, { documents = 0 }) => total + documents, 0);
}
