// @ts-check
/** What this browser offers, as far as it can be told without trying; and what it must offer. */

/**
 * @typedef {object} Capabilities
 * @property {boolean} isolated cross-origin isolated: the model may use threads
 * @property {number} cores
 * @property {boolean} webgpu the interface is there; whether there is a GPU shows later
 * @property {boolean} opfs
 * @property {boolean} indexeddb
 * @property {boolean} image the interpreter's image can be kept on this device
 * @property {boolean} locks one tab at a time can be made the writer
 * @property {boolean} folders folders can be picked as handles
 */

/** @returns {Capabilities} */
export function capabilities() {
  return {
    isolated: Boolean(globalThis.crossOriginIsolated),
    cores: navigator.hardwareConcurrency || 1,
    webgpu: "gpu" in navigator,
    opfs: typeof navigator.storage?.getDirectory === "function",
    indexeddb: "indexedDB" in globalThis,
    image: "caches" in globalThis,
    locks: "locks" in navigator,
    folders: "showDirectoryPicker" in globalThis,
  };
}

/** Without these nothing here can run; each came to all browsers in 2024 or before. */
const NEEDED = /** @type {[name: string, isThere: () => boolean][]} */ ([
  ["WebAssembly", () => "WebAssembly" in globalThis],
  ["Web Workers", () => "Worker" in globalThis],
  ["DecompressionStream", () => "DecompressionStream" in globalThis],
  ["String.toWellFormed", () => "toWellFormed" in String.prototype],
  ["Promise.withResolvers", () => "withResolvers" in Promise],
]);

/** Names of what this browser lacks and Fossick cannot do without. */
export function missing() {
  return NEEDED.filter(([, isThere]) => !isThere()).map(([name]) => name);
}
