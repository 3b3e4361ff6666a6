// @ts-check
/** Keeps the page's address in step with what is asked. */
import { fromFragment, NOTHING, toFragment } from "./question-url.js";

/** @typedef {import("./question-url.js").Question} Question */

/** Only what somebody has stopped typing is put into the address, and so into the history. */
const PAUSE = 800;
const KEY = "fossick.question";

export class Location {
  /** @param {(question: Question) => void} onQuestion told of a link that was followed */
  constructor(onQuestion) {
    this.timer = 0;
    this.question = reloaded() ?? fromFragment(location.hash) ?? { ...NOTHING };
    remember(this.question);
    addEventListener("hashchange", () => {
      const question = fromFragment(location.hash) ?? (location.hash ? null : { ...NOTHING });
      if (!question)
        this.write(); // a jump within the page
      else if (toFragment(question) !== toFragment(this.question)) {
        this.question = question;
        remember(question);
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
    if (!isTyped) return this.write();
    this.timer = window.setTimeout(() => this.write(), PAUSE);
  }

  write() {
    clearTimeout(this.timer);
    const address = `${location.pathname}${location.search}${toFragment(this.question)}`;
    history.replaceState(null, "", address);
  }
}

/**
 * What was asked before a reload, also within the pause: the tab keeps it, for an address that
 * changes while the page is being reloaded is lost.
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
