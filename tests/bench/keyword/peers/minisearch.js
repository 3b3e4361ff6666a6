// MiniSearch with stop words and Porter's stemmer in `processTerm`, as its documentation shows.
import MiniSearch from "minisearch";
import { fromBytes, STOP, stem, toBytes } from "./words.js";
import { measure } from "./worker.js";

const options = {
  fields: ["text"],
  processTerm: (/** @type {string} */ term) => {
    const word = term.toLowerCase();
    return STOP.has(word) ? null : stem(word);
  },
};
const ids = (found) => found.slice(0, 10).map(({ id }) => id);

measure({
  build(texts) {
    const index = new MiniSearch(options);
    index.addAll(texts.map((text, id) => ({ id, text })));
    return index;
  },
  save: (index) => toBytes(index),
  load: (bytes) => MiniSearch.loadJSON(fromBytes(bytes), options),
  ask: {
    words: (index, query) => ids(index.search(query)),
    fuzzy: (index, query) => ids(index.search(query, { fuzzy: query.length < 6 ? 1 : 2 })),
    prefix: (index, query) =>
      ids(index.search(query, { prefix: true, processTerm: (term) => term })),
  },
});
