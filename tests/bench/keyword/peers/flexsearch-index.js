// FlexSearch with its English encoder (stop words, stems); `suggest`: any word is enough for a hit.
import { Charset, Encoder, Index } from "flexsearch";
import english from "flexsearch/lang/en";
import { fromBytes, toBytes } from "./words.js";
import { measure } from "./worker.js";

const find = (index, query) => index.search(query, { limit: 10, suggest: true });

/**
 * @param {"strict" | "forward"} tokenize whole words, or their beginnings as well
 * @param {string[]} kinds of queries that such an index answers
 */
export function measureFlexsearch(tokenize, kinds) {
  const create = () => new Index({ tokenize, encoder: new Encoder(Charset.Normalize, english) });
  measure({
    build(texts) {
      const index = create();
      for (const [id, text] of texts.entries()) index.add(id, text);
      return index;
    },
    save(index) {
      const parts = [];
      index.export((key, data) => {
        parts.push([key, data]);
      });
      return toBytes(parts);
    },
    load(bytes) {
      const index = create();
      for (const [key, data] of JSON.parse(fromBytes(bytes))) index.import(key, data);
      return index;
    },
    ask: Object.fromEntries(kinds.map((kind) => [kind, find])),
  });
}
