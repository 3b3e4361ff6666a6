// FlexSearch with its English encoder (stop words, stems); `suggest`: any word is enough for a hit.
import { Charset, Encoder, Index } from "flexsearch";
import english from "flexsearch/lang/en";
import { fromBytes, toBytes } from "./words.js";
import { measure } from "./worker.js";

const create = () =>
  new Index({ tokenize: "strict", encoder: new Encoder(Charset.Normalize, english) });

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
  ask: { words: (index, query) => index.search(query, { limit: 10, suggest: true }) },
});
