// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import { place } from "../../static/ui/address.js";

test("a stretch of cells is said once, other stretches by both ends", () => {
  const of = (/** @type {string} */ place, /** @type {string} */ endPlace) => ({
    heading: [],
    place,
    endPlace,
  });
  assert.deepEqual(place(of("Budget!A2:D2", "Budget!A9:D9")), ["Budget!A2:D9"]);
  assert.deepEqual(place(of("What!?!A2", "What!?!B3")), ["What!?!A2:B3"]);
  assert.deepEqual(place(of("0:01:23", "0:02:05")), ["0:01:23 – 0:02:05"]);
  assert.deepEqual(place(of("items[3]", "items[3]")), ["items[3]"]);
});
