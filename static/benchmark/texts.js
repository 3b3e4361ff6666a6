// @ts-check
/** Texts to measure with: English words of one token each, the same on every device. */

const WORDS = (
  "the river was cold and its gold lay deep under stones that no one had turned for many years " +
  "people came from every town with horses carts and hope some found enough to build a house " +
  "most went home poor when winter closed the road over the mountain they wrote letters about " +
  "water weather work food friends and the price of bread in spring the first boats brought news"
).split(" ");

/**
 * Pseudo-random numbers below 1, the same for the same seed (Park and Miller's generator).
 * @param {number} seed
 */
function* numbers(seed) {
  for (let state = seed * 7919 + 1; ; ) {
    state = (state * 48271) % 2147483647;
    yield state / 2147483647;
  }
}

/**
 * @param {number} length tokens of each
 * @param {number} count
 * @param {number} seed
 */
export function passages(length, count, seed) {
  const random = numbers(seed);
  const word = () => WORDS[Math.floor((random.next().value ?? 0) * WORDS.length)];
  return Array.from({ length: count }, () => Array.from({ length }, word).join(" "));
}

/** @param {number} count */
export const queries = (count) => passages(3, count, 99);
