// @ts-check
/**
 * A collection with a passphrase, on the page's side: sealing what is there, unsealing, and locking
 * on demand, in all tabs, and after a while without use.
 *
 * The page never has the key's bytes: what it holds for an engine that dies is a CryptoKey that
 * can be used and not read. Whoever locks drops it.
 */

import { FossickError } from "./errors.js";
import { checkPassphrase } from "./passphrase.js";
import { dropExports } from "./portable.js";

/** @typedef {import("./client.js").Fossick} Fossick */

/** The longest time between two looks at the clock: timers stand still while a device sleeps. */
const LOOK = 20_000;

const ELSEWHERE = "The collection is open in another tab.";
const CLOSE = "Close it there, then do it here.";

export class SealedState {
  /** @param {Fossick} fossick */
  constructor(fossick) {
    this.fossick = fossick;
    this.minutes = fossick.options.lockAfter;
    this.used = Date.now();
    /** Calls under way that somebody waits for. */
    this.busy = 0;
    this.timer = 0;
    /** @type {BroadcastChannel | null} */
    this.channel = null;
    this.look = () => {
      const isLate = Date.now() - this.used >= this.minutes * 60_000;
      if (this.busy === 0 && this.minutes > 0 && isLate) void this.lock();
    };
  }

  get isSealed() {
    return this.key !== null;
  }

  get key() {
    return this.fossick.started?.key ?? null;
  }

  /** The collection is open, perhaps in another form than before. */
  begin() {
    this.end();
    if (!this.isSealed) return;
    this.use();
    this.after(this.minutes);
    void dropExports(); // What was exported before is plain.
    globalThis.document?.addEventListener("visibilitychange", this.look);
    if (this.isFile) return; // Others have their own, or none.
    this.channel = new BroadcastChannel(`fossick-lock/${this.fossick.options.collection}`);
    this.channel.onmessage = () => void this.lock();
  }

  end() {
    clearInterval(this.timer);
    globalThis.document?.removeEventListener("visibilitychange", this.look);
    this.channel?.close();
    this.channel = null;
  }

  /** @param {number} minutes */
  after(minutes) {
    this.minutes = minutes;
    clearInterval(this.timer);
    if (!this.isSealed || minutes === 0) return;
    this.timer = setInterval(this.look, Math.min(LOOK, minutes * 15_000));
  }

  /** Somebody uses the collection. */
  use() {
    this.used = Date.now();
  }

  /**
   * Somebody waits for a call: it is in use until that settles.
   *
   * @param {Promise<unknown>} call
   */
  useFor(call) {
    this.busy += 1;
    this.use();
    const done = () => {
      this.busy -= 1;
      this.use();
    };
    call.then(done, done);
  }

  /** Whether it is an exported file that is searched where it lies. */
  get isFile() {
    return this.fossick.started?.storage.kind === "file";
  }

  /** Lock it in all tabs; a sealed file in this one. */
  async lockAll() {
    if (!this.isFile || !this.isSealed) this.check(true);
    this.channel?.postMessage("lock");
    await this.lock();
  }

  /** Finish the commit under way, forget the key, and end. */
  async lock() {
    this.end();
    const hint = "Open it again with its passphrase.";
    await this.fossick.link.close(new FossickError("locked", "The collection is locked.", hint));
  }

  /**
   * @param {"seal" | "unseal"} act
   * @param {string} passphrase
   */
  async act(act, passphrase) {
    const { fossick } = this;
    checkPassphrase(passphrase);
    this.check(act === "unseal");
    if (act === "unseal") await fossick.call("check_passphrase", { passphrase });
    await fossick.link.renew({ passphrase, act }, () => this.alone());
    this.begin();
    fossick.room.veil(this.isSealed);
    fossick.tellStatus("");
  }

  /**
   * @param {string} old
   * @param {string} fresh
   */
  async change(old, fresh) {
    checkPassphrase(old);
    checkPassphrase(fresh);
    this.check(true);
    if (!this.fossick.writable) throw new FossickError("read-only", ELSEWHERE, CLOSE);
    await this.fossick.call("change_passphrase", { old, new: fresh });
  }

  /** @param {boolean} sealed what it has to be */
  check(sealed) {
    const { link, started } = this.fossick;
    if (link.ended) throw link.ended;
    const { kind = "" } = started?.storage ?? {};
    if (kind === "memory" || kind === "file") {
      const message = "This collection is not kept, so there is nothing to be sealed.";
      throw new FossickError("bad-option", message, "Open one that the browser keeps.");
    }
    if (this.isSealed === sealed) return;
    const message = `This collection is ${sealed ? "not sealed" : "sealed already"}.`;
    const hint = sealed ? "Seal it first." : "Change its passphrase instead.";
    throw new FossickError("bad-option", message, hint);
  }

  /** No other tab may have it: it would go on with files of the other form. */
  async alone() {
    const { locks } = navigator;
    if (!this.fossick.writable) throw new FossickError("read-only", ELSEWHERE, CLOSE);
    const { held = [], pending = [] } = (await locks?.query()) ?? {};
    const name = `fossick/${this.fossick.options.collection}`;
    const others = [...held, ...pending].filter((one) => one.name === name).length - 1;
    if (others > 0) throw new FossickError("read-only", ELSEWHERE, CLOSE);
  }
}
