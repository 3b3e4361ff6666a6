// A loop over Float32Arrays, as one writes it without a library.
import { measure } from "./worker.js";

measure({
  build: (rows) => rows,
  ask(rows, query) {
    const best = [];
    for (let at = 0; at < rows.length; at += 1) {
      const row = rows[at];
      let score = 0;
      for (let j = 0; j < row.length; j += 1) score += row[j] * query[j];
      if (best.length === 10 && score <= best[9].score) continue;
      let place = best.length;
      while (place > 0 && best[place - 1].score < score) place -= 1;
      best.splice(place, 0, { at, score });
      if (best.length > 10) best.pop();
    }
    return best.map(({ at }) => at);
  },
});
