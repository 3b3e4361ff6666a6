// @ts-check
/** What is asked and what was answered; the question stands in the address of the page. */
import { found } from "./answer-bar.js";
import { Complaint } from "./complaint.js";
import { Location } from "./location.js";
import { Searcher } from "./searching.js";
import { recall, remember } from "./theme.js";

/** @typedef {import("./searching.js").Mode} Mode */
/** @typedef {import("./searching.js").Answer} Answer */
/** @typedef {import("../fossick.js").Sort} Sort */
/** @typedef {{ query?: string, mode?: Mode, sort?: Sort, operator?: "any" | "all", rerank?: boolean }} Change */

const RERANK_KEY = "fossick.rerank";
/** Hits shown at first, and added by "Show more". */
const HITS = 20;
/** Pause before the number of results is read out, so that typing is not talked over. */
const ANNOUNCE = 700;

export class Asking {
  /** @param {import("./app.js").FossickApp} app */
  constructor(app) {
    this.app = app;
    this.location = new Location((question) => this.set(question));
    const { query, mode, sort, operator } = this.location.question;
    this.query = query;
    this.mode = mode;
    this.sort = sort;
    /** Whether any word is enough, or all are needed. */
    this.operator = operator;
    /** Whether a reranker orders the best hits anew, where there is one. */
    this.rerank = recall(RERANK_KEY) === "on";
    this.k = HITS;
    /** Whether hits tell why they are there: while somebody looks at it. */
    this.explain = false;
    /** Whether unknown words are taken for typing errors; for this query only if not. */
    this.correct = true;
    /** @type {import("./why-not.js").Asked | null} */
    this.question = null;
    /** @type {Answer | null} */
    this.answer = null;
    this.busy = false;
    /** What assistive technology is told of the results. */
    this.announced = "";
    this.timer = 0;
    this.complaint = new Complaint(() => app.requestUpdate());
    this.complaint.query = this.query;
    this.searcher = new Searcher(
      async (ask, signal) => {
        const fossick = await app.engine.whenReady();
        const { query, rerank, ...options } = ask;
        // In any other order the passages of one document would fill the page.
        const groupBy = ask.sort === "relevance" ? undefined : "document";
        const always = /** @type {const} */ ({ facets: true, typing: true });
        return fossick.search(query, {
          ...{ ...options, ...always, groupBy, signal },
          rerank: rerank === true && ask.sort === "relevance",
        });
      },
      (answer) => this.answered(answer),
    );
  }

  /** The question as far as it says which documents are found; null where nothing is asked. */
  get asked() {
    const { query, mode, operator } = this;
    if (
      this.question?.query !== query ||
      this.question.mode !== mode ||
      this.question.operator !== operator
    )
      this.question = { query, mode, operator };
    return query.trim() ? this.question : null;
  }

  get hits() {
    return this.answer?.result?.hits ?? [];
  }

  /** @param {Change} change */
  set(change) {
    Object.assign(this, change);
    if (change.rerank !== undefined) remember(RERANK_KEY, change.rerank ? "on" : null);
    if (change.query !== undefined) {
      this.correct = true;
      this.complaint.typed(change.query);
    }
    this.k = HITS;
    this.app.active = -1;
    this.ask();
  }

  /** Searches for the words as they stand, unknown ones too. */
  exactly() {
    this.correct = false;
    this.ask();
  }

  /** Asks again, for what each hit's score is made of. */
  explainHits() {
    if (this.explain) return;
    this.explain = true;
    this.ask();
  }

  /** Nothing is asked any more, nor stands in the address. */
  forget() {
    this.query = "";
    this.ask();
    this.location.forget();
  }

  more() {
    this.k += HITS;
    this.ask();
  }

  /** Asks again, if anything is asked: after a reload, or when what is stored has changed. */
  resume() {
    if (this.query.trim()) this.ask();
  }

  ask() {
    const query = this.query.trim();
    const { mode, sort, operator } = this;
    // What is asked of a sealed collection goes into no history.
    const told = this.app.engine.sealed ? "" : this.query;
    this.location.keep({ query: told, mode, sort, operator });
    document.title = told.trim() ? `${query} – Fossick` : "Fossick";
    this.busy = query !== "";
    this.explain &&= this.app.querySelector(".why[open]") !== null;
    const { correct, explain, k } = this;
    const rerank = this.app.engine.hasReranker ? this.rerank : null;
    const options = { mode, sort, operator, correct, explain, rerank, k };
    if (query) this.searcher.run({ query: this.query, ...options });
    else {
      this.searcher.stop();
      this.answer = null;
      this.announced = "";
    }
    this.app.requestUpdate();
  }

  /** @param {Answer} answer */
  answered(answer) {
    const { app } = this;
    this.answer = answer;
    this.busy = answer.interim;
    app.active = Math.min(app.active, this.hits.length - 1);
    const { problems = [], corrected = [] } = answer.result ?? {};
    this.complaint.answered(answer.ask.query, problems, corrected);
    for (const note of answer.result?.notes ?? []) app.notes.add(note);
    if (answer.result) app.engine.suffered(answer.result.damage);
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.announced = answer.result ? `${found(answer)} found` : "";
      app.requestUpdate();
    }, ANNOUNCE);
    app.requestUpdate();
  }
}
