// @ts-check
/**
 * The hot loops of search as a small WebAssembly module that works on Python's own memory.
 *
 * It needs SIMD. Where that is missing, or the file is, everything works with NumPy instead, so
 * nothing here ever throws.
 */

const ADDRESS = new URL("../vendor/kernels/kernels.wasm", import.meta.url).href;

/**
 * Fetch and compile the module; beside the start of Python it costs no time.
 *
 * @returns {Promise<WebAssembly.Module | null>}
 */
export async function compileKernels() {
  try {
    const response = await fetch(ADDRESS, { cache: "no-cache" });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await WebAssembly.compile(await response.arrayBuffer());
  } catch (error) {
    return without(error);
  }
}

/**
 * The module's functions over a memory.
 *
 * @param {WebAssembly.Module | null} module
 * @param {WebAssembly.Memory} memory
 * @returns {WebAssembly.Exports | null}
 */
export function kernelsOver(module, memory) {
  try {
    return module && new WebAssembly.Instance(module, { env: { memory } }).exports;
  } catch (error) {
    return without(error);
  }
}

/** @param {unknown} error */
function without(error) {
  console.warn("fossick: searching without the WebAssembly kernels", error);
  return null;
}
