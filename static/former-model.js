// @ts-check
/**
 * A model that a collection still has vectors of, although new ones are made by another: loaded
 * beside that one, for queries alone, until the last of its vectors has been replaced.
 */

import { installed } from "./catalogue.js";
import { handingTo, InferenceHost } from "./inference-host.js";
import { bundled, spaceName } from "./models.js";

/** @typedef {import("./models.js").EmbedderPlan} EmbedderPlan */

export class FormerModel {
  /**
   * @param {() => any} engine
   * @param {EmbedderPlan} present what is said there of devices holds for this one too
   */
  constructor(engine, present) {
    this.engine = engine;
    this.present = present;
    /** @type {InferenceHost | null} */
    this.host = null;
    /** Name of the space that is wanted, "" for none. */
    this.model = "";
  }

  /**
   * Have a model on its way to the engine, which waits for it or is told that there is none.
   *
   * @param {string} model name of its space; "" lets go of the one that there is
   */
  async want(model) {
    if (this.model === model && this.host) {
      // Another engine asks, or this one does once more after a failure.
      if (this.host.info.state === "failed") void this.host.retry();
      else this.host.reconnect();
      return;
    }
    this.close();
    this.model = model;
    if (!model) return;
    const plan = await planOf(model, this.present);
    if (this.model !== model || this.host) return; // meanwhile another, or the same, was wanted
    if (!plan) {
      await this.engine().giveUpModel("former", model, `The model ${model} is not on this device.`);
      return;
    }
    this.host = new InferenceHost(plan, {
      ...handingTo(this.engine, "former", plan),
      onStatus: () => {},
      onProgress: () => {},
    });
    void this.host.start();
  }

  close() {
    this.host?.close();
    this.host = null;
    this.model = "";
  }
}

/**
 * @param {string} model
 * @param {EmbedderPlan} present
 * @returns {Promise<EmbedderPlan | null>} null where it is not on this device
 */
async function planOf(model, present) {
  const name = model.slice(0, model.indexOf("/"));
  const found = bundled(model) ?? (await installed(name, "embedder").catch(() => null));
  if (!found || spaceName(found.card, found.dtype) !== model) return null;
  return { ...present, ...found };
}
