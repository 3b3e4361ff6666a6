// SQLite's FTS5: Porter's stemmer over unicode61, no copy of the texts, bm25(), stop words left out
// of queries (they are indexed, for phrases). Built in memory; stored and loaded as the file is.
import sqlite3InitModule from "@sqlite.org/sqlite-wasm";
import { withoutStopWords, words } from "./words.js";
import { measure } from "./worker.js";

const sqlite3 = await sqlite3InitModule();
const { capi, wasm } = sqlite3;
const FIND = "SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT 10";
const quoted = (list) => list.map((word) => `"${word}"`);

function find({ statement }, query) {
  const rows = [];
  statement.bind(1, query);
  while (statement.step()) rows.push(statement.getInt(0));
  statement.reset();
  return rows;
}

function ready(database) {
  return { database, statement: database.prepare(FIND) };
}

measure({
  build(texts) {
    const database = new sqlite3.oo1.DB(":memory:");
    database.exec(
      "CREATE VIRTUAL TABLE t USING fts5(text, content='', tokenize='porter unicode61')",
    );
    database.transaction(() => {
      const insert = database.prepare("INSERT INTO t(rowid, text) VALUES (?, ?)");
      for (const [id, text] of texts.entries()) insert.bind([id, text]).stepReset();
      insert.finalize();
    });
    return ready(database);
  },
  save({ database }) {
    database.exec("INSERT INTO t(t) VALUES ('optimize'); VACUUM");
    return capi.sqlite3_js_db_export(database);
  },
  load(bytes) {
    const database = new sqlite3.oo1.DB(":memory:");
    const place = wasm.allocFromTypedArray(bytes);
    const flags = capi.SQLITE_DESERIALIZE_FREEONCLOSE | capi.SQLITE_DESERIALIZE_RESIZEABLE;
    const { length } = bytes;
    database.checkRc(
      capi.sqlite3_deserialize(database.pointer, "main", place, length, length, flags),
    );
    return ready(database);
  },
  ask: {
    words: (index, query) => find(index, quoted(withoutStopWords(query)).join(" OR ")),
    phrase: (index, query) => find(index, `"${words(query).join(" ")}"`),
    prefix: (index, query) => find(index, `"${query}"*`),
  },
  wasmBytes: () => wasm.heap8u().length,
  usedBytes() {
    const before = wasm.pstack.pointer;
    const [now, most] = wasm.pstack.allocChunks(2, 8);
    capi.sqlite3_status64(capi.SQLITE_STATUS_MEMORY_USED, now, most, 0);
    const bytes = Number(wasm.peek(now, "i64"));
    wasm.pstack.restore(before);
    return bytes;
  },
});
