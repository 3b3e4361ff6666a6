// PGlite (Postgres in WebAssembly) with pgvector, in memory: a scan, or its HNSW index.
import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { measure } from "./worker.js";

const AT_ONCE = 1000;
const text = (row) => `[${row.join(",")}]`;
const database = await PGlite.create({ extensions: { vector } });
await database.exec("CREATE EXTENSION vector");

measure({
  async build(rows, dim, { graph }) {
    await database.exec(`CREATE TABLE rows (id int PRIMARY KEY, row vector(${dim}))`);
    for (let at = 0; at < rows.length; at += AT_ONCE) {
      const lines = rows.slice(at, at + AT_ONCE).map((row, i) => `${at + i}\t${text(row)}\n`);
      await database.query("COPY rows FROM '/dev/blob'", [], { blob: new Blob(lines) });
    }
    if (graph) await database.exec("CREATE INDEX ON rows USING hnsw (row vector_ip_ops)");
    return database;
  },
  async ask(index, query) {
    const nearest = "SELECT id FROM rows ORDER BY row <#> $1 LIMIT 10";
    return (await index.query(nearest, [text(query)])).rows.map(({ id }) => id);
  },
  wasmBytes: () => database.Module.HEAPU8.length,
});
