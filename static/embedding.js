// @ts-check
/** Vectors of texts by the model in use. */

import { FossickError } from "./errors.js";
import { wellFormed } from "./texts.js";

/**
 * @param {import("./client.js").Fossick} fossick
 * @param {string | Iterable<string>} texts
 * @param {import("./fossick.js").CallOptions} options
 * @returns {Promise<import("./fossick.js").Embedding[]>}
 */
export async function embed(fossick, texts, options) {
  const given = typeof texts === "string" ? [texts] : [...texts];
  if (!given.every((text) => typeof text === "string")) {
    throw new FossickError("bad-option", "Only texts can be embedded.", "Give strings.");
  }
  const args = { texts: given.map(wellFormed) };
  const answer = await fossick.call("embed", args, { ...options, atOnce: true });
  const { model, dim, tokens } = answer;
  const vectors = new Float32Array(answer.vectors);
  return given.map((_, at) => ({
    model,
    dim,
    tokens: tokens[at],
    vector: vectors.slice(at * dim, (at + 1) * dim),
  }));
}
