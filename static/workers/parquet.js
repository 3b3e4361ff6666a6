// @ts-check
/** Passages as Parquet, some thousand at a time; what is written goes on at once. */

import { ByteWriter, ParquetWriter } from "../vendor/hyparquet-writer.js";

const TEXT = /** @type {const} */ ({ type: "BYTE_ARRAY", converted_type: "UTF8" });
/** Types of the columns, in the order of docs/portable.md; the compound ones are below. */
const TYPES = /** @type {Record<string, object>} */ ({
  string: TEXT,
  int32: { type: "INT32" },
  int64: { type: "INT64" },
  double: { type: "DOUBLE" },
});

export class ParquetTable {
  /**
   * @param {[string, string][]} columns names, and types as docs/portable.md has them
   * @param {Record<string, string>} about
   */
  constructor(columns, about) {
    this.columns = columns;
    this.writer = new ByteWriter();
    this.table = new ParquetWriter({
      writer: this.writer,
      schema: /** @type {any} */ ([
        { name: "schema", num_children: columns.length },
        ...columns.flatMap(([name, type]) => elements(name, type)),
      ]),
      kvMetadata: Object.entries(about).map(([key, value]) => ({ key, value })),
      createdBy: `fossick ${about.app}`,
    });
  }

  /**
   * @param {Record<string, any[]>} rows by column
   * @returns {Uint8Array} what is to be written now
   */
  add(rows) {
    const columnData = this.columns.map(([name, type]) => ({
      name,
      data: type === "int64" ? (rows[name] ?? []).map(big) : (rows[name] ?? []),
    }));
    const count = columnData[0]?.data.length ?? 0;
    this.table.write({ columnData, rowGroupSize: Math.max(count, 1) });
    return this.taken();
  }

  /** @returns {Uint8Array} the rest of the file */
  end() {
    this.table.finish();
    return this.taken();
  }

  taken() {
    const data = new Uint8Array(this.writer.buffer.slice(0, this.writer.index));
    this.writer.index = 0;
    return data;
  }
}

/**
 * The elements of the schema for a column.
 *
 * @param {string} name
 * @param {string} type
 */
function elements(name, type) {
  const optional = { name, repetition_type: "OPTIONAL" };
  if (type === "map") {
    const pair = { name: "key_value", repetition_type: "REPEATED", num_children: 2 };
    const key = { name: "key", repetition_type: "REQUIRED", ...TEXT };
    const value = { name: "value", repetition_type: "OPTIONAL", ...TEXT };
    return [{ ...optional, converted_type: "MAP", num_children: 1 }, pair, key, value];
  }
  if (type.startsWith("list")) {
    const element = type === "list of string" ? TEXT : { type: "FLOAT" };
    return [
      { ...optional, converted_type: "LIST", num_children: 1 },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      { name: "element", repetition_type: "OPTIONAL", ...element },
    ];
  }
  return [{ ...optional, ...TYPES[type] }];
}

/** @param {number | null} value */
const big = (value) => (value == null ? value : BigInt(value));
