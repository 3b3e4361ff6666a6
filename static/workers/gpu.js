// @ts-check
/** The graphics processor: what it is called, and when it is lost. */

import { FossickError } from "../errors.js";

/**
 * The name of the GPU. Throws where there is none, or only one emulated on the processor, which
 * is many times slower than WASM.
 *
 * @param {boolean} software whether an emulated one will do
 */
export async function adapterName(software) {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) throw new FossickError("model-failed", "no WebGPU adapter");
  const info = /** @type {any} */ (adapter.info ?? {});
  const emulated = info.isFallbackAdapter || info.architecture === "swiftshader";
  if (emulated && !software)
    throw new FossickError("model-failed", "only a software WebGPU adapter");
  return [info.vendor, info.architecture || info.device].filter(Boolean).join(" ");
}

/**
 * Tell of the loss of any device that is made in this worker from now on: ONNX Runtime makes its own,
 * and a run on one that is gone may never end.
 *
 * @param {(reason: string) => void} onLost
 */
export function watchDevices(onLost) {
  const { prototype } = globalThis.GPUAdapter;
  const { requestDevice } = prototype;
  prototype.requestDevice = async function (...given) {
    const device = await requestDevice.apply(this, given);
    void device.lost.then(({ reason, message }) => {
      onLost(`the GPU was lost (${message || reason || "no reason given"})`);
    });
    return device;
  };
}
