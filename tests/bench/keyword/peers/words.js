// Stop words and stems for the libraries that bring none.
import { stopwords } from "@orama/stopwords/english";
import { stemmer } from "stemmer";

export const STOP = new Set(stopwords);
export const stem = stemmer;

/** @param {string} text */
export const words = (text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** @param {string} text */
export function withoutStopWords(text) {
  const all = words(text);
  const left = all.filter((word) => !STOP.has(word));
  return left.length ? left : all;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** @param {unknown} value */
export const toBytes = (value) => encoder.encode(JSON.stringify(value));

/** @param {Uint8Array} bytes */
export const fromBytes = (bytes) => decoder.decode(bytes);
