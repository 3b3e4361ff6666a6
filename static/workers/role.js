// @ts-check
/**
 * Whether this tab writes its collection or follows the one that does, and how it comes to write:
 * when all tabs that were before it have gone, in the place of the last of them.
 */

import { enveloped, opened } from "../errors.js";
import { CARRIED } from "../protocol.js";
import { WriterTurn } from "./stores.js";
import { Tabs } from "./tabs.js";

/** @typedef {import("../errors.js").Envelope<any>} Envelope */
/** @typedef {(progress: object) => void} Tell */
/** @typedef {import("./engine.worker.js").EngineEvent} EngineEvent */
/**
 * The engine of this worker, as far as it matters here.
 *
 * @typedef {object} Engine
 * @property {Map<number, boolean>} calls
 * @property {(event: EngineEvent) => void} onEvent
 * @property {(id: number) => void} cancel
 * @property {(method: string, id: number, args: any, tell?: Tell) => Promise<Envelope>} enter
 * @property {(id: number, method: string, args: any, tell: Tell) => Promise<any>} callHere
 */

/** Attempts to take over before another tab may try, and the milliseconds between two. */
const ATTEMPTS = 5;
const PAUSE = 500;

export class Role {
  /**
   * @param {Engine} engine
   * @param {string} name of the collection and where it is kept
   * @param {import("./stores.js").WriterTurn | null} turn null where nobody else has a part in it
   */
  constructor(engine, name, turn) {
    this.engine = engine;
    this.turn = turn;
    this.name = name;
    /** @type {Tabs | null} */
    this.tabs = null;
    this.writes = true;
    /** Ids of calls that do not come from this page: below those that do. */
    this.lowest = 0;
    /** @type {Map<number, () => void>} how to cancel calls that another tab does for us */
    this.carried = new Map();
    this.refreshing = false;
    this.stale = false;
    this.closed = false;
  }

  /**
   * Whether this tab writes, for now.
   *
   * @param {number} patience milliseconds
   */
  async settled(patience) {
    if (this.turn) this.writes = await this.turn.comes(patience);
    return this.writes;
  }

  /** The collection is open: listen to the others, and wait for the turn. */
  begin() {
    if (!this.turn) return;
    this.tabs = new Tabs(`fossick/${this.name}`, {
      run: (method, args, tell) => this.run(method, args, tell),
      cancel: (number) => this.engine.cancel(number),
      onCommitted: () => void this.follow(),
    });
    if (this.writes) this.tabs.lead();
    else void this.turn.held.then(() => this.takeOver());
  }

  /** @param {string} method whether it is done by another tab */
  carries(method) {
    return !this.writes && CARRIED.some((one) => one === method);
  }

  /**
   * @param {number} id
   * @param {string} method
   * @param {any} args
   * @param {Tell} tell
   */
  carry(id, method, args, tell) {
    const { tabs } = this;
    if (!tabs) throw new Error("the collection is not open yet");
    const { cancel, answer } = tabs.carry(method, args, tell);
    this.carried.set(id, cancel);
    return answer.finally(() => this.carried.delete(id));
  }

  /** @param {number} id */
  cancel(id) {
    this.carried.get(id)?.();
  }

  /** A commit is there, by this tab or another. */
  committed() {
    if (this.writes) this.tabs?.committed();
  }

  /**
   * Do a call of another tab.
   *
   * @param {string} method
   * @param {any} args
   * @param {Tell} tell
   */
  run(method, args, tell) {
    const { engine } = this;
    const number = this.next();
    engine.calls.set(number, false);
    const answer = enveloped(() => engine.callHere(number, method, args, tell)).finally(() => {
      engine.calls.delete(number);
      engine.onEvent({ type: "carried" });
    });
    return { number, answer };
  }

  /**
   * Do a call of this page, which changes something; the others are told of files that only this
   * page can read, for they are lost with it.
   *
   * @template T
   * @param {string} method
   * @param {any} args
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  whileTold(method, args, work) {
    const dropped = method === "add" && args.sources.some((/** @type {any} */ one) => !one?.folder);
    return this.tabs && dropped ? this.tabs.adding(work) : work();
  }

  /** Look for the commit that another tab has told of. */
  async follow() {
    this.stale = true;
    if (this.refreshing || this.writes) return;
    this.refreshing = true;
    while (this.stale && !this.writes && !this.closed) {
      this.stale = false;
      await this.engine.enter("refresh", this.next(), {}).catch(() => {});
    }
    this.refreshing = false;
  }

  async takeOver() {
    const { engine, tabs, turn } = this;
    for (let left = ATTEMPTS; left > 0 && !this.closed; left -= 1) {
      try {
        opened(await engine.enter("take_over", this.next(), {}));
        this.writes = true;
        const lost = tabs?.lead() ?? false;
        engine.onEvent({ type: "writer", lost });
        return;
      } catch (error) {
        console.warn("fossick: the collection could not be taken over", error);
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    }
    tabs?.abandon();
    if (!turn || this.closed) return;
    turn.release(); // perhaps another tab can
    this.turn = new WriterTurn(turn.collection);
    void this.turn.held.then(() => this.takeOver());
  }

  next() {
    this.lowest -= 1;
    return this.lowest;
  }

  /** The collection is about to be closed here: what others wait for is done elsewhere. */
  leave() {
    this.closed = true;
    this.tabs?.close();
  }

  release() {
    this.turn?.release();
  }
}
