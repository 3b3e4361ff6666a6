// Orama tuned: stop words, stems, no tolerance, and threshold 1, so that any word makes a hit.
import { create, insertMultiple, load, save, search } from "@orama/orama";
import { stopwords } from "@orama/stopwords/english";
import { fromBytes, toBytes } from "./words.js";
import { measure } from "./worker.js";

const empty = () =>
  create({
    schema: { text: "string" },
    components: { tokenizer: { language: "english", stemming: true, stopWords: stopwords } },
  });

async function find(index, term, options = {}) {
  const { hits } = await search(index, { term, threshold: 1, tolerance: 0, limit: 10, ...options });
  return hits.map(({ id }) => Number(id));
}

measure({
  async build(texts) {
    const index = empty();
    await insertMultiple(
      index,
      texts.map((text, id) => ({ id: String(id), text })),
    );
    return index;
  },
  save: (index) => toBytes(save(index)),
  load(bytes) {
    const index = empty();
    load(index, JSON.parse(fromBytes(bytes)));
    return index;
  },
  ask: {
    words: (index, query) => find(index, query),
    fuzzy: (index, query) => find(index, query, { tolerance: query.length < 6 ? 1 : 2 }),
    prefix: (index, query) => find(index, query),
  },
});
