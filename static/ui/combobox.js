// @ts-check
/**
 * Suggestions for the query in the box: which are offered when, and what the keys do with them.
 *
 * They are offered while a word is being written that probably goes on. The box keeps the focus;
 * the next letter, Escape and leaving the box take them away. No query is remembered.
 */
import { count } from "./format.js";
import { recall, remember } from "./theme.js";

/** @typedef {import("../fossick.js").Suggestion} Suggestion */
/** @typedef {import("../fossick.js").Suggestions} Suggestions */
/** @typedef {Suggestion & { isCorrection: boolean }} Option */
/**
 * @typedef {object} Host
 * @property {(query: string, signal: AbortSignal) => Promise<Suggestions>} ask
 * @property {(query: string) => void} onTake
 * @property {(query: string, meant: string) => void} onMeant told of what a query may be meant to be
 * @property {() => void} onChange
 */

/** Options at most; what is less likely is sooner typed than found. */
const SHOWN = 5;
/** Letters that a word has before it is completed; values of filters need none. */
const LETTERS = 2;
/** Pause before it is read out how many there are, so that typing is not talked over. */
const ANNOUNCE = 700;
const KEY = "fossick.suggestions";

/** Whether words are completed at all: a setting of the device. */
export const areOn = () => recall(KEY) !== "off";

/** @param {boolean} on */
export const turn = (on) => remember(KEY, on ? null : "off");

export class Combobox {
  /** @param {Host} host */
  constructor(host) {
    this.host = host;
    /** What is offered for `query`. @type {readonly Option[]} */
    this.options = [];
    this.query = "";
    this.isOpen = false;
    /** Index of the option that the keys have reached, -1 for none. */
    this.active = -1;
    /** What assistive technology is told. */
    this.announced = "";
    /** @type {AbortController | null} */
    this.asked = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** Id of the option that the keys have reached, "" for none. */
  get activeId() {
    return this.isOpen && this.active >= 0 ? optionId(this.active) : "";
  }

  /**
   * Another text stands in the box; `atEnd`: with the cursor behind it.
   * @param {string} query
   * @param {boolean} atEnd
   */
  async typed(query, atEnd) {
    this.asked?.abort();
    this.active = -1;
    const mayGoOn = atEnd && /\S$/u.test(query);
    if (!mayGoOn || !areOn()) this.close();
    if (!query.trim() || !areOn()) return;
    const asked = new AbortController();
    this.asked = asked;
    try {
      const found = await this.host.ask(query, asked.signal);
      if (asked.signal.aborted) return;
      this.host.onMeant(query, found.corrections[0]?.text ?? "");
      this.offer(query, mayGoOn ? offered(query, found) : []);
    } catch {
      if (!asked.signal.aborted) this.close(); // The search says what is wrong.
    }
  }

  /**
   * @param {string} query
   * @param {readonly Option[]} options
   */
  offer(query, options) {
    this.query = query;
    this.options = options;
    this.show(options.length > 0);
  }

  close() {
    if (this.isOpen) this.show(false);
  }

  /** @param {boolean} isOpen */
  show(isOpen) {
    this.isOpen = isOpen;
    this.active = -1;
    this.announced = "";
    clearTimeout(this.timer);
    if (isOpen) this.timer = setTimeout(() => this.announce(), ANNOUNCE);
    this.host.onChange();
  }

  announce() {
    this.announced = `${count(this.options.length, "suggestion")}, arrow keys to choose`;
    this.host.onChange();
  }

  /**
   * Whether a key of the box was for the options; then it is done.
   * @param {KeyboardEvent} event
   */
  key(event) {
    if (event.altKey) return this.altKey(event.key);
    if (!this.isOpen) return false;
    const to = this.reached(event);
    if (to !== null) {
      this.active = to;
      this.host.onChange();
      return true;
    }
    if (event.key === "Enter" && this.active >= 0) {
      this.take(this.active);
      return true;
    }
    // Beyond the last option are the hits; Enter without an option is for them, and Tab leaves.
    const closes = ["Escape", "ArrowDown", "Enter", "Tab"].includes(event.key);
    if (closes) this.close();
    return event.key === "Escape";
  }

  /**
   * The option that an arrow key leads to, -1 for the box itself, null if it leads elsewhere.
   * @param {KeyboardEvent} event
   */
  reached(event) {
    const { active } = this;
    const hasNext = active < this.options.length - 1;
    switch (event.key) {
      case "ArrowDown":
        return hasNext ? active + 1 : null;
      case "ArrowRight":
        if (active < 0 && !isAtEnd(event)) return null;
        return hasNext ? active + 1 : active;
      case "ArrowUp":
      case "ArrowLeft":
        return active >= 0 ? active - 1 : null;
      default:
        return null;
    }
  }

  /**
   * As in other such boxes: down to open what was closed, up to close.
   * @param {string} key
   */
  altKey(key) {
    const opens = key === "ArrowDown" && !this.isOpen && this.options.length > 0;
    if (!opens && !(key === "ArrowUp" && this.isOpen)) return false;
    this.show(opens);
    return true;
  }

  /** @param {number} index */
  take(index) {
    const option = this.options[index];
    if (!option) return;
    this.offer("", []);
    // With a space the word is finished: no longer a prefix, and the next one can be typed.
    this.host.onTake(/\s$/u.test(option.text) ? option.text : `${option.text} `);
  }
}

/**
 * What is worth offering: a correction, and completions if the last word probably goes on.
 *
 * @param {string} query
 * @param {Suggestions} found
 * @returns {Option[]}
 */
export function offered(query, { completions, corrections, known }) {
  const [first] = completions;
  const letters = query.length - (first?.changed[0]?.[0] ?? 0);
  const total = completions.reduce((sum, { count: held }) => sum + held, 0);
  const goesOn = total > known && (first?.unit === "document" || letters >= LETTERS);
  const meant = corrections.slice(0, 1).map((each) => ({ ...each, isCorrection: true }));
  const others = (goesOn ? completions : []).map((each) => ({ ...each, isCorrection: false }));
  return [...meant, ...others].slice(0, SHOWN);
}

/** @param {number} index */
export const optionId = (index) => `suggestion-${index + 1}`;

/** @param {KeyboardEvent} event */
function isAtEnd({ target }) {
  const { selectionStart, value } = /** @type {HTMLInputElement} */ (target);
  return selectionStart === value.length;
}
