// @ts-check
/** What is said of a model in its line. Pure functions, no markup. */
import { bytes } from "./format.js";

const names = new Intl.DisplayNames(["en"], { type: "language" });

/**
 * Languages in words: `languagesOf(["en", "de"])` is "English, German".
 * @param {string[]} codes
 */
export function languagesOf(codes) {
  if (codes.includes("mul")) return "many languages";
  return codes.map((code) => names.of(code) ?? code).join(", ");
}

/**
 * The facts of a model that are known, shortest form.
 * @param {import("../fossick.js").Model} model
 */
export function factsOf({ bytes: size, downloaded, state, licence, languages, dim, kind }) {
  const amount = state === "partial" ? stateOf(downloaded, size) : size ? bytes(size) : "";
  return [
    amount,
    licence,
    languagesOf(languages),
    kind === "embedder" && dim ? `${dim} dimensions` : "",
  ].filter(Boolean);
}

/**
 * `stateOf(8_200_000, 34_700_000)` is "8.2 of 34.7 MB".
 * @param {number} done
 * @param {number} total
 */
export function stateOf(done, total) {
  if (!total) return bytes(done);
  const whole = bytes(total);
  const part = bytes(Math.min(done, total));
  const unit = whole.slice(whole.lastIndexOf(" "));
  return `${part.endsWith(unit) ? part.slice(0, -unit.length) : part} of ${whole}`;
}
