// @ts-check
/** Keeps the page's address in step with what is asked. */
import { fromFragment, NOTHING, toFragment } from "./question-url.js";

/** @typedef {import("./question-url.js").Question} Question */

/** Only what somebody has stopped typing is put into the address, and so into the history. */
const PAUSE = 800;

export class Location {
  /** @param {(question: Question) => void} onQuestion told of a link that was followed */
  constructor(onQuestion) {
    this.timer = 0;
    // A reload within the pause finds the newest question in the state of the history's entry.
    this.question = /** @type {Question | null} */ (history.state) ??
      fromFragment(location.hash) ?? { ...NOTHING };
    addEventListener("hashchange", () => {
      const question = fromFragment(location.hash) ?? (location.hash ? null : { ...NOTHING });
      if (!question)
        this.write(); // a jump within the page
      else if (toFragment(question) !== toFragment(this.question)) {
        this.question = question;
        onQuestion(question);
      }
    });
  }

  /** @param {Question} question */
  keep(question) {
    const isTyped = question.query !== this.question.query && question.query !== "";
    this.question = question;
    clearTimeout(this.timer);
    if (!isTyped) return this.write();
    history.replaceState(question, "");
    this.timer = window.setTimeout(() => this.write(), PAUSE);
  }

  write() {
    clearTimeout(this.timer);
    const address = `${location.pathname}${location.search}${toFragment(this.question)}`;
    history.replaceState(this.question, "", address);
  }
}
