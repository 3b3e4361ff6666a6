// @ts-check
/**
 * What this page and its workers asked the network for: counted where each of them notes its own
 * requests (Resource Timing), so that nobody has to be believed who says that there were none.
 */

export const CHANNEL = "fossick-network";

const { origin: ORIGIN } = new URL(import.meta.url);

/** @typedef {{ url: string, bytes: number, blocked: boolean }} Seen one request */
/** @typedef {import("./fossick.js").NetworkReport} NetworkReport */

/**
 * Tell of the requests of this realm, past and to come.
 * @param {(seen: Seen[]) => void} tell
 */
export function observeRequests(tell) {
  const observer = new PerformanceObserver((list) => {
    const entries = /** @type {PerformanceResourceTiming[]} */ (list.getEntries());
    tell(entries.map(({ name, transferSize }) => seen(name, transferSize ?? 0)));
  });
  observer.observe({ type: "resource", buffered: true });
  globalThis.addEventListener("securitypolicyviolation", (event) => {
    const { blockedURI } = /** @type {SecurityPolicyViolationEvent} */ (event);
    if (/^\w+:/.test(blockedURI)) tell([{ ...seen(blockedURI, 0), blocked: true }]);
  });
}

/** @param {string} url @param {number} bytes */
const seen = (url, bytes) => ({ url, bytes, blocked: false });

/** Requests of a page and of all workers of Fossick in this browser since the page was opened. */
class NetworkLog {
  constructor() {
    /** @type {NetworkReport["site"]} */
    this.site = { requests: 0, bytes: 0 };
    /** @type {Map<string, { requests: number, bytes: number, blocked: number }>} by address */
    this.others = new Map();
  }

  watch() {
    const add = (/** @type {Seen[]} */ all) => {
      for (const one of all) this.add(one);
    };
    observeRequests(add);
    new BroadcastChannel(CHANNEL).onmessage = ({ data }) => add(data);
  }

  /** @param {Seen} seen */
  add({ url, bytes, blocked }) {
    if (!/^(https?|wss?):/.test(url)) return; // blob: and data: lie on this device
    if (url.startsWith(`${ORIGIN}/`)) {
      this.site.requests += 1;
      this.site.bytes += bytes;
      return;
    }
    const other = this.others.get(url) ?? { requests: 0, bytes: 0, blocked: 0 };
    // Header and page may carry the policy both, and each tells of what it stops.
    if (blocked) other.blocked = 1;
    else other.requests += 1;
    other.bytes += bytes;
    this.others.set(url, other);
  }

  /** @returns {NetworkReport} */
  report() {
    /** @type {Map<string, NetworkReport["others"][number]>} */
    const found = new Map();
    for (const [url, { requests, bytes, blocked }] of this.others) {
      const { origin } = new URL(url);
      const sum = found.get(origin) ?? { origin, requests: 0, bytes: 0, blocked: 0 };
      // Of what is blocked Chromium notes images as requests as well, other things not.
      sum.requests += blocked ? 0 : requests;
      sum.blocked += blocked;
      sum.bytes += bytes;
      found.set(origin, sum);
    }
    return { site: { ...this.site }, others: [...found.values()] };
  }
}

const log = new NetworkLog();

/** Begin to count; once. */
export function watchNetwork() {
  log.watch();
}

/** What was asked for until now. */
export const networkReport = () => log.report();
