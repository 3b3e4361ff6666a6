// @ts-check
/**
 * What the engines of several tabs say to each other about one collection: commits that were made,
 * who writes now, and calls that those who follow hand to the one who writes.
 *
 * A call is repeated once if the writer dies over it, by the tab that writes next, which may be
 * the caller's own. So every call settles.
 */

import { FossickError, plainError } from "../errors.js";

/**
 * @typedef {{ type: "hello" } | { type: "committed" } | { type: "writer" }
 *   | { type: "adding", id: string, on: boolean }
 *   | { type: "ask", id: string, method: string, args: any }
 *   | { type: "heard", id: string } | { type: "cancel", id: string }
 *   | { type: "progress", id: string, progress: object }
 *   | { type: "answer", id: string, envelope: Envelope }} Message
 */
/** @typedef {import("../errors.js").Envelope<any>} Envelope */
/** @typedef {(progress: object) => void} Tell */
/**
 * @typedef {object} Carried
 * @property {string} id
 * @property {string} method
 * @property {any} args
 * @property {Tell} tell
 * @property {(envelope: Envelope) => void} settle
 * @property {number} timer
 * @property {boolean} heard whether the writer has begun with it
 * @property {boolean} repeated
 * @property {boolean} cancelled
 */
/**
 * @typedef {object} Here
 * @property {(method: string, args: any, tell: Tell) => { number: number, answer: Promise<Envelope> }} run
 *   a call of another tab, here
 * @property {(number: number) => void} cancel such a call
 * @property {() => void} onCommitted another tab has committed
 */

/** Milliseconds in which a writer begins with a call; it may be deep in a computation before. */
const SILENCE = 20_000;
/** Calls of others that are remembered, so that none is done twice. */
const REMEMBERED = 1000;

export class Tabs {
  /**
   * @param {string} name of the channel
   * @param {Here} here
   */
  constructor(name, here) {
    this.here = here;
    this.me = crypto.randomUUID?.() ?? String(Math.random());
    this.count = 0;
    this.writes = false;
    this.leaving = false;
    /** @type {Map<string, Carried>} ours, that the writer has */
    this.carried = new Map();
    /** @type {Map<string, number>} of others, that run or ran here: their numbers */
    this.taken = new Map();
    /** @type {Set<string>} additions of the writer that nobody can go on with but itself */
    this.additions = new Set();
    this.channel = new BroadcastChannel(name);
    this.channel.onmessage = ({ data }) => this.hear(data);
    this.post({ type: "hello" });
  }

  /** @param {Message} message */
  post(message) {
    this.channel.postMessage(message);
  }

  /** A commit was made here. */
  committed() {
    if (this.writes) this.post({ type: "committed" });
  }

  /**
   * This tab writes from now on.
   *
   * @returns {boolean} whether the writer before it had begun an addition that is lost
   */
  lead() {
    const lost = this.additions.size > 0;
    this.additions.clear();
    this.writes = true;
    this.post({ type: "writer" });
    for (const call of this.carried.values()) this.again(call);
    return lost;
  }

  /**
   * Tell the others of an addition while it runs.
   *
   * @template T
   * @param {() => Promise<T>} work
   */
  async adding(work) {
    this.count += 1;
    const id = `${this.me}/${this.count}`;
    this.additions.add(id);
    this.post({ type: "adding", id, on: true });
    try {
      return await work();
    } finally {
      this.additions.delete(id);
      if (!this.leaving) this.post({ type: "adding", id, on: false });
    }
  }

  /**
   * Have the writer do a call.
   *
   * @param {string} method
   * @param {any} args
   * @param {Tell} tell
   * @returns {{ cancel: () => void, answer: Promise<Envelope> }}
   */
  carry(method, args, tell) {
    this.count += 1;
    const id = `${this.me}/${this.count}`;
    const { promise, resolve: settle } = Promise.withResolvers();
    /** @type {Carried} */
    const call = {
      ...{ id, method, args, tell, settle },
      ...{ timer: 0, heard: false, repeated: false, cancelled: false },
    };
    this.carried.set(id, call);
    this.send(call);
    const answer = promise.finally(() => {
      clearTimeout(call.timer);
      this.carried.delete(id);
    });
    return { cancel: () => this.giveUp(call), answer };
  }

  /** @param {Carried} call */
  send(call) {
    const { id, method, args } = call;
    clearTimeout(call.timer);
    if (this.writes) {
      void this.run(id, method, args, call.tell).then(call.settle);
      return;
    }
    call.timer = setTimeout(() => call.settle(silent()), SILENCE);
    try {
      this.post({ type: "ask", id, method, args });
    } catch (error) {
      call.settle({ ok: false, error: plainError(error, "bad-option") });
    }
  }

  /**
   * Another tab writes now: what the one before had not answered is asked of it.
   *
   * @param {Carried} call
   */
  again(call) {
    if (call.cancelled) call.settle(cancelled());
    else if (call.heard && call.repeated) call.settle(silent());
    else {
      call.repeated ||= call.heard;
      call.heard = false;
      this.send(call);
    }
  }

  /** @param {Carried} call */
  giveUp(call) {
    call.cancelled = true;
    const number = this.taken.get(call.id);
    if (number !== undefined) this.here.cancel(number);
    else this.post({ type: "cancel", id: call.id });
    if (!call.heard && number === undefined) call.settle(cancelled());
  }

  /** @param {Message} message */
  hear(message) {
    if (message.type === "committed") this.here.onCommitted();
    else if (message.type === "writer") this.led();
    else if (message.type === "adding") this.noteAddition(message);
    else if (message.type === "ask" || message.type === "hello" || message.type === "cancel") {
      if (this.writes) this.asked(message);
    } else {
      const call = this.carried.get(message.id);
      if (call) this.answered(call, message);
    }
  }

  /** There is another writer than before. */
  led() {
    this.additions.clear();
    for (const call of this.carried.values()) this.again(call);
    this.here.onCommitted();
  }

  /** @param {Extract<Message, { type: "adding" }>} message */
  noteAddition({ id, on }) {
    if (on) this.additions.add(id);
    else this.additions.delete(id);
  }

  /**
   * @param {Carried} call
   * @param {Extract<Message, { type: "heard" | "progress" | "answer" }>} message
   */
  answered(call, message) {
    clearTimeout(call.timer);
    call.heard = true;
    if (message.type === "progress") call.tell(message.progress);
    else if (message.type === "answer") call.settle(message.envelope);
  }

  /** @param {Extract<Message, { type: "ask" | "hello" | "cancel" }>} message */
  asked(message) {
    if (message.type === "hello") {
      for (const id of this.additions) this.post({ type: "adding", id, on: true });
    } else if (message.type === "cancel") {
      const number = this.taken.get(message.id);
      if (number !== undefined) this.here.cancel(number);
    } else if (!this.leaving) {
      void this.take(message);
    }
  }

  /** @param {Extract<Message, { type: "ask" }>} message */
  async take({ id, method, args }) {
    this.post({ type: "heard", id });
    if (this.taken.has(id)) return;
    const tell = (/** @type {object} */ progress) => this.post({ type: "progress", id, progress });
    const envelope = await this.run(id, method, args, tell);
    // Who leaves has cut it short: the next writer is asked again.
    if (!this.leaving) this.post({ type: "answer", id, envelope });
  }

  /**
   * @param {string} id
   * @param {string} method
   * @param {any} args
   * @param {Tell} tell
   */
  run(id, method, args, tell) {
    const { number, answer } = this.here.run(method, args, tell);
    this.taken.set(id, number);
    const [oldest] = this.taken.keys();
    if (this.taken.size > REMEMBERED && oldest) this.taken.delete(oldest);
    return answer;
  }

  /** There will be no writer soon: nothing waits for one. */
  abandon() {
    for (const call of this.carried.values()) call.settle(silent());
  }

  close() {
    this.leaving = true;
    this.writes = false;
    this.channel.close();
  }
}

/** @returns {Envelope} */
function silent() {
  const message = "The tab that writes this collection does not answer.";
  const hint = "Try again, or close the other tabs of this site.";
  return { ok: false, error: plainError(new FossickError("read-only", message, hint)) };
}

/** @returns {Envelope} */
function cancelled() {
  return { ok: false, error: plainError(new FossickError("cancelled", "The caller gave up.")) };
}
