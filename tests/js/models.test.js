import assert from "node:assert/strict";
import { test } from "node:test";
import { BUNDLED, modelOf, planEmbedder, spaceName } from "../../static/models.js";
import { factsOf, languagesOf, stateOf } from "../../static/ui/models-plain.js";
import { poolUnit, tokenStates } from "../../static/workers/pooling.js";

const CARD = { ...BUNDLED, name: "pebble", revision: "0123456789abcdef", stored: true };
const code = (work) => {
  try {
    work();
  } catch (error) {
    return error.code;
  }
  return null;
};

test("a vector space is named by model, revision and precision", () => {
  assert.equal(spaceName(BUNDLED, "q8"), "all-MiniLM-L6-v2/1/int8");
  assert.equal(spaceName(CARD, "fp16"), "pebble/01234567/fp16");
});

test("an option names a model of this device, or none", () => {
  assert.equal(modelOf("auto"), null);
  assert.equal(modelOf(undefined), null);
  assert.equal(modelOf({ device: "wasm" }), null);
  assert.equal(modelOf({ model: BUNDLED.name }), null);
  assert.equal(modelOf({ model: "pebble" }), "pebble");
});

test("the plan runs the installed model in the one precision that it has", () => {
  const installed = { card: CARD, dtype: "q4" };
  const plan = planEmbedder({ model: "pebble", device: "wasm" }, installed);
  assert.deepEqual([plan.card, plan.dtype, plan.devices], [CARD, "q4", ["wasm"]]);
  assert.equal(
    code(() => planEmbedder({ model: "pebble", dtype: "q8" }, installed)),
    "bad-option",
  );
  assert.equal(
    code(() => planEmbedder({ model: "pebble" })),
    "bad-option",
  );
  assert.equal(planEmbedder({}).dtype, "q8");
  assert.equal(planEmbedder({ dtype: "fp32" }).dtype, "fp32");
  assert.equal(
    code(() => planEmbedder({ dtype: "q4" })),
    "bad-option",
  );
});

test("tokens are pooled to a unit vector", () => {
  const tokens = Float32Array.from([3, 4, 0, 5, 8, 6]);
  const pooled = (pooling) => {
    const out = new Float32Array(2).fill(7);
    poolUnit(pooling, tokens, out);
    return [...out].map((value) => Number(value.toFixed(4)));
  };
  assert.deepEqual(pooled("cls"), [0.6, 0.8]);
  assert.deepEqual(pooled("last"), [0.8, 0.6]);
  assert.deepEqual(pooled("mean"), [0.5914, 0.8064]); // of (11, 15)
});

test("the vectors of tokens are found under any of their names", () => {
  const states = { dims: [1, 2, 2] };
  assert.equal(tokenStates({ last_hidden_state: states }), states);
  assert.equal(
    tokenStates({ sentence_embedding: { dims: [1, 2] }, token_embeddings: states }),
    states,
  );
  assert.equal(tokenStates({ pooled: { dims: [1, 2] }, output_0: states }), states);
  assert.equal(tokenStates({ logits: { dims: [1, 2] } }), undefined);
});

test("a model's line", () => {
  const model = {
    bytes: 34_726_871,
    downloaded: 0,
    state: "available",
    licence: "MIT",
    languages: ["en"],
    dim: 384,
    kind: "embedder",
  };
  assert.deepEqual(factsOf(model), ["34.7 MB", "MIT", "English", "384 dimensions"]);
  assert.deepEqual(
    factsOf({ ...model, state: "partial", downloaded: 8_200_000 })[0],
    "8.2 of 34.7 MB",
  );
  assert.deepEqual(factsOf({ ...model, kind: "reranker", bytes: 0, languages: [] }), ["MIT"]);
  assert.equal(languagesOf(["mul"]), "many languages");
  assert.equal(stateOf(900, 34_700_000), "900 bytes of 34.7 MB");
  assert.equal(stateOf(40_000_000, 34_700_000), "34.7 of 34.7 MB");
});
