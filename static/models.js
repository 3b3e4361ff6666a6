// @ts-check
/** The models that this site carries, and what the `embedder` option of `Fossick.open` means. */

import { FossickError } from "./errors.js";

/** @typedef {"webgpu" | "wasm"} Device */
/** @typedef {"q8" | "fp32"} Dtype */
/**
 * @typedef {object} ModelCard
 * @property {string} name folder below vendor/models/
 * @property {number} revision goes up when the same text would get another vector
 * @property {number} dim
 * @property {number} maxTokens texts are cut there, special tokens included
 */
/**
 * @typedef {object} EmbedderPlan
 * @property {boolean} transformer load the model
 * @property {boolean} hash fall back to hashed words
 * @property {ModelCard} card
 * @property {Device[]} devices in the order they are tried
 * @property {Dtype} dtype
 * @property {boolean} software whether a GPU that is emulated on the processor will do
 * @property {number} [threads] of the processor; without, as many as suit it
 */

/** @type {Record<string, ModelCard>} */
export const MODELS = {
  "all-MiniLM-L6-v2": { name: "all-MiniLM-L6-v2", revision: 1, dim: 384, maxTokens: 256 },
};
const DEFAULT_MODEL = "all-MiniLM-L6-v2";

/** The part of a vector space's name that says how exact its numbers are. */
const TAG_OF_DTYPE = { q8: "int8", fp32: "fp32" };

/**
 * The name of the vector space: vectors of different names are never compared.
 *
 * @param {ModelCard} card
 * @param {Dtype} dtype
 */
export const spaceName = (card, dtype) => `${card.name}/${card.revision}/${TAG_OF_DTYPE[dtype]}`;

/**
 * @param {unknown} option of `Fossick.open`
 * @returns {EmbedderPlan}
 */
export function planEmbedder(option = "auto") {
  const wish = typeof option === "object" && option !== null ? option : {};
  const { model = DEFAULT_MODEL, device = "auto", dtype = "q8" } = /** @type {any} */ (wish);
  const card = Object.hasOwn(MODELS, model) ? MODELS[model] : undefined;
  if (!card) throw badOption("model", model, Object.keys(MODELS));
  if (!Object.hasOwn(TAG_OF_DTYPE, dtype)) throw badOption("dtype", dtype, ["q8", "fp32"]);
  if (!["auto", "webgpu", "wasm"].includes(device)) {
    throw badOption("device", device, ["auto", "webgpu", "wasm"]);
  }
  /** @type {Device[]} */
  const devices = device === "wasm" ? ["wasm"] : ["webgpu", "wasm"];
  const plan = {
    transformer: true,
    hash: true,
    card,
    devices,
    dtype,
    software: device === "webgpu",
  };
  if (wish === option || option === "auto") return plan;
  if (option === "transformer") return { ...plan, hash: false };
  if (option === "hash") return { ...plan, transformer: false };
  if (option === "none") return { ...plan, transformer: false, hash: false };
  throw badOption("embedder", option, ["auto", "transformer", "hash", "none"]);
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {string[]} known
 */
function badOption(name, value, known) {
  const choices = known.map((one) => `"${one}"`).join(", ");
  return new FossickError(
    "bad-option",
    `There is no ${name} "${value}".`,
    `Use one of ${choices}.`,
  );
}
