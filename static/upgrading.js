// @ts-check
/**
 * Better vectors in the background: started after what was added, held up on a battery that runs
 * low, and paused and resumed as the page wants. The engine does the work (`engine/upgrading.py`).
 */

import { asFossickError } from "./errors.js";

/** @typedef {import("./fossick.js").Progress} Progress */

/** Charge below which a device that is not plugged in is spared. */
const LOW = 0.3;

export class Upgrading {
  /** @param {import("./client.js").Fossick} fossick */
  constructor(fossick) {
    this.fossick = fossick;
    /** @type {Progress | null} of the run under way */
    this.progress = null;
    this.paused = false;
    /** @type {Promise<void> | null} */
    this.running = null;
    this.again = false;
    /** What holds it up, as the engine was told. @type {Set<string>} */
    this.holds = new Set();
    /** @type {import("./errors.js").FossickError | null} why the last run ended too soon */
    this.error = null;
  }

  /** Whether this page has a model, and may write. */
  get wanted() {
    const { plan, started, writable, link } = this.fossick;
    return plan.transformer && started !== null && writable && !link.ended;
  }

  /** There may be something to do. */
  wake() {
    if (!this.wanted) return;
    this.again = true;
    this.running ??= this.run().finally(() => {
      this.running = null;
    });
  }

  async run() {
    while (this.again && this.wanted) {
      this.again = false;
      this.error = null;
      try {
        await this.fossick.call("upgrade", {}, { onProgress: (progress) => this.tell(progress) });
      } catch (reason) {
        this.error = asFossickError(reason);
        this.complain(this.error);
      }
      this.tell(null);
    }
  }

  /** Resolves when all passages have the best vectors there are; rejects when that cannot be. */
  async done() {
    const { plan, writable } = this.fossick;
    if (plan.transformer && !writable) {
      await this.fossick.call("upgrade", {}); // by the tab that writes, after what it does already
      return;
    }
    this.wake();
    await this.running;
    if (this.error) throw this.error;
  }

  /** @param {boolean} paused */
  async pause(paused) {
    if (this.paused === paused) return;
    this.paused = paused;
    await this.hold("page", paused);
    this.fossick.tellStatus("");
  }

  /**
   * @param {string} reason
   * @param {boolean} on
   */
  hold(reason, on) {
    if (on) this.holds.add(reason);
    else this.holds.delete(reason);
    return this.fossick.call("hold", { reason, on }, { once: true });
  }

  /** There is another engine, which knows nothing of what holds it up; what ran is run again. */
  restarted() {
    for (const reason of this.holds) void this.hold(reason, true).catch(() => {});
    this.wake();
  }

  /** Spare a battery that runs low, where the browser tells of it. */
  async watchBattery() {
    const battery = await /** @type {any} */ (navigator).getBattery?.().catch(() => null);
    if (!battery) return;
    let held = false;
    const look = () => {
      const low = !battery.charging && battery.level < LOW;
      if (low === held || this.fossick.link.ended) return;
      held = low;
      void this.hold("battery", low).catch(() => {});
    };
    battery.addEventListener("chargingchange", look);
    battery.addEventListener("levelchange", look);
    look();
  }

  /** @param {Progress | null} progress */
  tell(progress) {
    const before = this.progress;
    this.progress = progress && progress.done < progress.total ? progress : null;
    if (progress) this.fossick.tellProgress(progress);
    if (before !== this.progress) this.fossick.tellStatus("");
  }

  /** @param {import("./errors.js").FossickError} error */
  complain(error) {
    if (error.code === "closed" || error.code === "cancelled") return;
    this.fossick.tellStatus(`Better vectors wait: ${error.message} ${error.hint}`);
  }
}
