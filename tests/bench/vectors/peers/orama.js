// Orama by vectors alone; similarity 0 lets every row be a hit.
import { create, insertMultiple, searchVector } from "@orama/orama";
import { measure } from "./worker.js";

measure({
  async build(rows, dim) {
    const index = create({ schema: { row: `vector[${dim}]` } });
    await insertMultiple(
      index,
      rows.map((row, id) => ({ id: String(id), row: Array.from(row) })),
    );
    return index;
  },
  async ask(index, query) {
    const vector = { value: Array.from(query), property: "row" };
    const { hits } = await searchVector(index, { vector, similarity: 0, limit: 10 });
    return hits.map(({ id }) => Number(id));
  },
});
