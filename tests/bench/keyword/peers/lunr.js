// lunr as it comes: trimmer, stop words, Porter's stemmer.
import lunr from "lunr";
import { fromBytes, toBytes } from "./words.js";
import { measure } from "./worker.js";

const ids = (found) => found.slice(0, 10).map(({ ref }) => Number(ref));
const { LEADING, TRAILING } = lunr.Query.wildcard;
const term = (index, word, options) => ids(index.query((query) => query.term(word, options)));

measure({
  build(texts) {
    return lunr((builder) => {
      builder.ref("id");
      builder.field("text");
      for (const [id, text] of texts.entries()) builder.add({ id, text });
    });
  },
  save: (index) => toBytes(index),
  load: (bytes) => lunr.Index.load(JSON.parse(fromBytes(bytes))),
  ask: {
    words: (index, query) => term(index, lunr.tokenizer(query), {}),
    fuzzy: (index, query) =>
      term(index, query, { editDistance: query.length < 6 ? 1 : 2, usePipeline: true }),
    prefix: (index, query) => term(index, query, { wildcard: TRAILING, usePipeline: false }),
    wildcard: (index, query) =>
      term(index, query, { wildcard: LEADING | TRAILING, usePipeline: false }),
  },
});
