// @ts-check
/** The reranker of a collection: started when a search first asks for it, on a device of its own. */

import { anyReranker, installed } from "./catalogue.js";
import { handingTo, InferenceHost } from "./inference-host.js";
import { planReranker } from "./models.js";

export class Reranking {
  /** @param {() => any} engine */
  constructor(engine) {
    this.engine = engine;
    /** @type {InferenceHost | null} */
    this.host = null;
    /** Id of the model that `host` runs. */
    this.id = "";
  }

  /**
   * Have a reranker on its way to the engine, which waits for it. Rejects with `model-missing`.
   *
   * @param {true | string} wanted the id of one, or any
   */
  async want(wanted) {
    if (this.host?.info.state === "failed") this.close();
    if (this.host && (wanted === true || wanted === this.id)) return;
    const id = wanted === true ? await anyReranker() : wanted;
    const plan = planReranker(await installed(id, "reranker"));
    if (this.host && this.id === id) return; // another search was first
    this.close();
    const host = new InferenceHost(plan, {
      ...handingTo(this.engine, "reranker", plan),
      onStatus: () => {},
      onProgress: () => {},
    });
    this.host = host;
    this.id = id;
    await this.engine().detachModel("reranker", id); // it waits again, also for one that had failed
    void host.start();
  }

  /** There is another engine. */
  reconnect() {
    this.host?.reconnect();
  }

  close() {
    this.host?.close();
    this.host = null;
  }
}
