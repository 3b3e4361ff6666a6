// @ts-check
/** Keeps the page's address in step with what is asked. */
import { fromFragment, NOTHING, toFragment } from "./question-url.js";

/** @typedef {import("./question-url.js").Question} Question */

/** Only what somebody has stopped typing is put into the address, and so into the history. */
const PAUSE = 800;
/** So long after that it is in the address nothing else needs to hold it. */
const SETTLED = 2000;
const KEY = "fossick.question";

export class Location {
  /** @param {(question: Question) => void} onQuestion told of a link that was followed */
  constructor(onQuestion) {
    this.timer = 0;
    this.forgetting = 0;
    const before = reloaded();
    this.question = before ?? fromFragment(location.hash) ?? { ...NOTHING };
    if (before) this.write();
    addEventListener("hashchange", () => {
      const question = fromFragment(location.hash) ?? (location.hash ? null : { ...NOTHING });
      if (!question)
        this.write(); // a jump within the page
      else if (toFragment(question) !== toFragment(this.question)) {
        this.question = question;
        forget();
        onQuestion(question);
      }
    });
  }

  /** @param {Question} question */
  keep(question) {
    const isTyped = question.query !== this.question.query && question.query !== "";
    this.question = question;
    remember(question);
    clearTimeout(this.timer);
    clearTimeout(this.forgetting);
    if (!isTyped) return this.write();
    this.timer = window.setTimeout(() => this.write(), PAUSE);
  }

  /** Nothing of it stays, not for a reload either. */
  forget() {
    clearTimeout(this.forgetting);
    forget();
  }

  write() {
    clearTimeout(this.timer);
    const address = `${location.pathname}${location.search}${toFragment(this.question)}`;
    history.replaceState(null, "", address);
    // A page that is being reloaded loses the new address, and never gets to forget.
    clearTimeout(this.forgetting);
    this.forgetting = window.setTimeout(forget, SETTLED);
  }
}

/**
 * What was asked before a reload, also within the pause: until then the tab keeps it, for an
 * address that changes while the page is being reloaded is lost.
 * @returns {Question | null}
 */
function reloaded() {
  const [how] = performance.getEntriesByType("navigation");
  if (/** @type {PerformanceNavigationTiming | undefined} */ (how)?.type !== "reload") return null;
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  } catch {
    return null;
  }
}

/** @param {Question} question */
function remember(question) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(question));
  } catch {
    // Without storage a reload finds what stands in the address.
  }
}

function forget() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nor was it kept.
  }
}
