// @ts-check
/**
 * Scans of signs and int8 codes in one thread and in two, over memory of their own and shared.
 *
 * The worker that is asked ("engine") does one half itself; a helper, which waits in
 * `Atomics.wait`, does the other. This is the least that a scan in two threads can cost: nothing is
 * posted, nothing is copied, and nobody waits for an event loop.
 */

const DIM = 384;
const WORDS = 6;
const PAGE = 65_536;
/** Places in the control array: what is to be done, and what is. */
const ASKED = 0;
const DONE = 1;

/**
 * @typedef {object} Plan where everything lies, in bytes
 * @property {number} n
 * @property {number} control
 * @property {number} frames
 * @property {number} query
 * @property {number} histograms
 * @property {number} scales
 * @property {number} out
 * @property {number} signs
 * @property {number} codes
 * @property {number} end
 */

/** @param {number} n @returns {Plan} */
function planOf(n) {
  const control = PAGE;
  const frames = control + 64;
  const query = frames + 1024;
  const histograms = query + 4096;
  const scales = histograms + 8192;
  const out = scales + 4 * n;
  const signs = out + 4 * n;
  const codes = signs + 8 * WORDS * n;
  return { n, control, frames, query, histograms, scales, out, signs, codes, end: codes + DIM * n };
}

/** @param {any} exports @param {WebAssembly.Memory} memory @param {Plan} plan */
function scans(exports, memory, plan) {
  const frame = (/** @type {number} */ part, /** @type {number[]} */ words) => {
    const at = plan.frames + 128 * part;
    new Uint32Array(memory.buffer, at, words.length).set(words);
    return at;
  };
  return {
    signs(/** @type {number} */ part, /** @type {number} */ first, /** @type {number} */ n) {
      const histogram = plan.histograms + 4096 * part;
      new Uint32Array(memory.buffer, histogram, 64 * WORDS + 1).fill(0);
      const words = [plan.signs + 8 * WORDS * first, n, WORDS, 0, plan.query, 1];
      exports.hamming(frame(part, [...words, plan.out + 2 * first, histogram, n]));
    },
    int8(/** @type {number} */ part, /** @type {number} */ first, /** @type {number} */ n) {
      const words = [plan.codes + DIM * first, n, DIM, DIM, 0, n, 0, plan.query, 1, DIM];
      exports.scan_int8(
        frame(part, [...words, plan.scales + 4 * first, plan.out + 4 * first, n, 0]),
      );
    },
  };
}

/** @param {WebAssembly.Module} module @param {WebAssembly.Memory} memory */
const over = (module, memory) => new WebAssembly.Instance(module, { env: { memory } }).exports;

/** @param {WebAssembly.Memory} memory @param {Plan} plan */
function fill(memory, plan) {
  const words = new Uint32Array(memory.buffer);
  let state = 1;
  for (let at = plan.signs / 4; at < plan.end / 4; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    words[at] = state;
  }
  new Float32Array(memory.buffer, plan.scales, plan.n).fill(0.01);
  new Int16Array(memory.buffer, plan.query, DIM).fill(321);
}

/** @param {number[]} times */
function told(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { best: at(0), median: at(0.5), p90: at(0.9) };
}

/** @param {number} runs @param {() => void} work */
function timed(runs, work) {
  const times = [];
  for (let run = -3; run < runs; run += 1) {
    const began = performance.now();
    work();
    if (run >= 0) times.push(performance.now() - began);
  }
  return told(times);
}

/** @param {any} given */
function help({ shared, memory, n }) {
  const plan = planOf(n);
  const scan = scans(over(shared, memory), memory, plan);
  const control = new Int32Array(memory.buffer, plan.control, 2);
  const half = n / 2;
  postMessage("ready");
  for (let turn = 0; ; ) {
    Atomics.wait(control, ASKED, turn);
    const asked = Atomics.load(control, ASKED);
    if (asked < 0) return;
    turn = asked;
    // Odd turns ask for signs, even ones for int8.
    if (asked % 2) scan.signs(1, half, half);
    else scan.int8(1, half, half);
    Atomics.store(control, DONE, asked);
    Atomics.notify(control, DONE);
  }
}

/** @param {any} given */
async function measure({ plain, shared, n, runs, helper }) {
  const plan = planOf(n);
  const pages = Math.ceil(plan.end / PAGE);
  /** @type {Record<string, object>} */
  const found = {};
  const own = new WebAssembly.Memory({ initial: pages });
  fill(own, plan);
  const alone = scans(over(plain, own), own, plan);
  found["signs, one thread"] = timed(runs, () => alone.signs(0, 0, n));
  found["int8, one thread"] = timed(runs, () => alone.int8(0, 0, n));
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 32_768, shared: true });
  const began = performance.now();
  new Uint8Array(memory.buffer).set(new Uint8Array(own.buffer));
  found["copy of all codes"] = { best: performance.now() - began };
  const scan = scans(over(shared, memory), memory, plan);
  found["signs, one thread, shared memory"] = timed(runs, () => scan.signs(0, 0, n));
  found["int8, one thread, shared memory"] = timed(runs, () => scan.int8(0, 0, n));
  const { trustedTypes } = /** @type {any} */ (globalThis);
  trustedTypes?.createPolicy("default", { createScriptURL: (/** @type {string} */ url) => url });
  const worker = new Worker(helper, { type: "module" });
  await new Promise((resolve) => {
    worker.onmessage = resolve;
    worker.postMessage({ role: "help", shared, memory, n });
  });
  const control = new Int32Array(memory.buffer, plan.control, 2);
  let turn = 0;
  const split = (/** @type {"signs" | "int8"} */ name) => () => {
    turn += (turn % 2 === 1) === (name === "signs") ? 2 : 1;
    Atomics.store(control, ASKED, turn);
    Atomics.notify(control, ASKED);
    scan[name](0, 0, n / 2);
    while (Atomics.load(control, DONE) !== turn) Atomics.wait(control, DONE, turn - 1, 1);
  };
  found["signs, two threads"] = timed(runs, split("signs"));
  found["int8, two threads"] = timed(runs, split("int8"));
  Atomics.store(control, ASKED, -1);
  Atomics.notify(control, ASKED);
  return found;
}

self.onmessage = async ({ data }) => {
  if (data.role === "help") help(data);
  else postMessage(await measure(data));
};
