// @ts-check
/** What a model is, and what the `embedder` option of `Fossick.open` means. */

import { FossickError } from "./errors.js";

/** @typedef {"webgpu" | "wasm"} Device */
/** @typedef {"q8" | "fp32" | "fp16" | "int8" | "q4"} Dtype */
/** @typedef {"mean" | "cls" | "last" | "none"} Pooling */
/** @typedef {{ texts: string[], vectors: number[][] }} Reference */
/**
 * What the workers have to know of a model; the rest of the catalogue's entry is for people.
 *
 * @typedef {object} ModelCard
 * @property {string} name folder below vendor/models/, or below the models of this device
 * @property {"embedder" | "reranker"} kind
 * @property {string} revision another one where the same text would get another vector
 * @property {number} dim
 * @property {number} maxTokens texts are cut there, special tokens included
 * @property {Pooling} pooling how the vectors of tokens become that of a text
 * @property {{ query: string, passage: string }} prefixes put before texts
 * @property {boolean} stored whether its files are on this device, and not in the site
 * @property {string} [onnx] path of its graph, where it is stored
 * @property {Reference} [reference] what it made of texts when it was installed
 */
/**
 * @typedef {object} EmbedderPlan
 * @property {boolean} transformer load the model
 * @property {boolean} static vectors of tokens at first, and where there is no model
 * @property {boolean} hash fall back to hashed words
 * @property {ModelCard} card
 * @property {Device[]} devices in the order they are tried
 * @property {Dtype} dtype
 * @property {boolean} software whether a GPU that is emulated on the processor will do
 * @property {number} [threads] of the processor; without, as many as suit it
 */

/** The model that comes with the site; the catalogue has it too. @type {ModelCard} */
export const BUNDLED = {
  name: "all-MiniLM-L6-v2",
  kind: "embedder",
  revision: "1",
  dim: 384,
  maxTokens: 256,
  pooling: "mean",
  prefixes: { query: "", passage: "" },
  stored: false,
};

/** The part of a vector space's name that says how exact its numbers are. */
const TAG_OF_DTYPE = { q8: "int8", int8: "int8", fp32: "fp32", fp16: "fp16", q4: "q4" };
/** @type {Dtype[]} */
const BUNDLED_DTYPES = ["q8", "fp32"];

/**
 * The name of the vector space: vectors of different names are never compared.
 *
 * @param {ModelCard} card
 * @param {Dtype} dtype
 */
export const spaceName = (card, dtype) =>
  `${card.name}/${card.revision.slice(0, 8)}/${TAG_OF_DTYPE[dtype]}`;

/**
 * The bundled model, as exact as the name of a vector space says; null for another's.
 *
 * @param {string} model
 * @returns {{ card: ModelCard, dtype: Dtype } | null}
 */
export function bundled(model) {
  const dtype = BUNDLED_DTYPES.find((one) => spaceName(BUNDLED, one) === model);
  return dtype ? { card: BUNDLED, dtype } : null;
}

/**
 * The model that an `embedder` option names, if it is another than the bundled one.
 *
 * @param {any} option
 * @returns {string | null}
 */
export const modelOf = (option) =>
  typeof option?.model === "string" && option.model !== BUNDLED.name ? option.model : null;

/**
 * @param {unknown} option of `Fossick.open`
 * @param {{ card: ModelCard, dtype: Dtype } | null} [installed] the model that the option names
 * @returns {EmbedderPlan}
 */
export function planEmbedder(option = "auto", installed = null) {
  const wish = typeof option === "object" && option !== null ? option : {};
  const { model = BUNDLED.name, device = "auto", dtype } = /** @type {any} */ (wish);
  const card = installed?.card ?? BUNDLED;
  if (model !== card.name) throw badOption("model", model, [card.name]);
  const dtypes = installed ? [installed.dtype] : BUNDLED_DTYPES;
  const exact = dtype ?? dtypes[0];
  if (!dtypes.includes(exact)) throw badOption("dtype", dtype, dtypes);
  if (!["auto", "webgpu", "wasm"].includes(device)) {
    throw badOption("device", device, ["auto", "webgpu", "wasm"]);
  }
  /** @type {Device[]} */
  const devices = device === "wasm" ? ["wasm"] : ["webgpu", "wasm"];
  const plan = {
    transformer: true,
    static: true,
    hash: true,
    card,
    devices,
    dtype: exact,
    software: device === "webgpu",
  };
  if (wish === option || option === "auto") return plan;
  if (option === "transformer") return { ...plan, static: false, hash: false };
  if (option === "static") return { ...plan, transformer: false };
  if (option === "hash") return { ...plan, transformer: false, static: false };
  if (option === "none") return { ...plan, transformer: false, static: false, hash: false };
  throw badOption("embedder", option, ["auto", "transformer", "static", "hash", "none"]);
}

/**
 * @param {{ card: ModelCard, dtype: Dtype }} installed
 * @returns {EmbedderPlan}
 */
export const planReranker = ({ card, dtype }) => ({
  ...{
    transformer: true,
    static: false,
    hash: false,
    card,
    devices: ["webgpu", "wasm"],
    dtype,
    software: false,
  },
});

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
