// @ts-check
/** From the vectors of tokens to that of their text. */

/** @typedef {import("../models.js").Pooling} Pooling */

/**
 * The vector of a text, scaled to length 1.
 *
 * @param {Pooling} pooling "mean" of all tokens, or the first ("cls") or the last of them
 * @param {Float32Array} tokens (tokens, dim) flat, without padding
 * @param {Float32Array} out (dim), filled
 */
export function poolUnit(pooling, tokens, out) {
  const dim = out.length;
  if (pooling === "cls") out.set(tokens.subarray(0, dim));
  else if (pooling === "last") out.set(tokens.subarray(tokens.length - dim));
  else {
    out.fill(0);
    for (let at = 0; at < tokens.length; at += 1) out[at % dim] += tokens[at];
  }
  const length = Math.hypot(...out) || 1;
  for (let at = 0; at < dim; at += 1) out[at] /= length;
}

/**
 * Of what a graph gives, the vectors of the tokens: exporters have several names for them.
 *
 * @param {Record<string, any>} outputs
 */
export const tokenStates = (outputs) =>
  outputs.last_hidden_state ??
  outputs.token_embeddings ??
  Object.values(outputs).find((one) => one?.dims?.length === 3);
