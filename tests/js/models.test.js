import assert from "node:assert/strict";
import { test } from "node:test";
import { BUNDLED, bundled, modelOf, planEmbedder, spaceName } from "../../static/models.js";
import { factsOf, languagesOf, stateOf } from "../../static/ui/models-plain.js";
import { chooseGraph, idOf, takeIn } from "../../static/workers/models/intake.js";
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

test("the bundled model is known by the name of its space", () => {
  assert.deepEqual(bundled("all-MiniLM-L6-v2/1/int8"), { card: BUNDLED, dtype: "q8" });
  assert.deepEqual(bundled("all-MiniLM-L6-v2/1/fp32"), { card: BUNDLED, dtype: "fp32" });
  for (const other of ["all-MiniLM-L6-v2/2/int8", "all-MiniLM-L6-v2", "pebble/1/int8", ""]) {
    assert.equal(bundled(other), null);
  }
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

test("of several graphs the smallest kind is taken", () => {
  assert.equal(
    chooseGraph(["onnx/model.onnx", "onnx/model_quantized.onnx"]),
    "onnx/model_quantized.onnx",
  );
  assert.equal(chooseGraph(["a/model.onnx", "model.onnx", "other.onnx"]), "model.onnx");
  assert.equal(chooseGraph(["b.onnx", "a.onnx"]), "a.onnx");
  assert.equal(chooseGraph(["model.safetensors"]), undefined);
});

test("a name becomes one that folders and vector spaces can have", () => {
  assert.equal(idOf("My model (v2)"), "My-model-v2");
  assert.equal(idOf("../../etc/passwd"), "etc-passwd");
  assert.equal(idOf("Größe 日本"), "Gro-e");
  assert.equal(idOf("???"), "own-model");
});

test("settings are read from a model's files, and what the user says goes first", async () => {
  const json = (value) => new Blob([JSON.stringify(value)]);
  const files = [
    { path: "m/model_fp16.onnx", blob: new Blob(["graph"]) },
    { path: "m/tokenizer.json", blob: json({}) },
    { path: "m/tokenizer_config.json", blob: json({ model_max_length: 1e30 }) },
    {
      path: "m/config.json",
      blob: json({ max_position_embeddings: 128, architectures: ["XForSequenceClassification"] }),
    },
    { path: "m/1_Pooling/config.json", blob: json({ pooling_mode_lasttoken: true }) },
    { path: "elsewhere.onnx", blob: new Blob(["not of it"]) },
  ];
  const { entry, blobs } = await takeIn(files, {});
  assert.deepEqual([...blobs.keys()].sort(), [
    "config.json",
    "model_fp16.onnx",
    "tokenizer.json",
    "tokenizer_config.json",
  ]);
  assert.deepEqual(
    [entry.id, entry.kind, entry.pooling, entry.maxTokens, entry.dtype],
    ["m", "reranker", "last", 128, "fp16"],
  );
  assert.equal(entry.revision, entry.files.find(({ path }) => path.endsWith(".onnx")).sha256);
  const own = {
    name: "Mine",
    kind: "embedder",
    pooling: "cls",
    maxTokens: 9999,
    queryPrefix: "q: ",
  };
  const told = (await takeIn(files, own)).entry;
  assert.deepEqual(
    [told.id, told.kind, told.pooling, told.maxTokens, told.prefixes.query],
    ["Mine", "embedder", "cls", 512, "q: "],
  );
  await assert.rejects(takeIn(files.slice(1, 5), {}), { code: "model-unsuitable" });
  const apart = { path: "m/model_fp16.onnx_data", blob: new Blob(["weights"]) };
  await assert.rejects(takeIn([...files, apart], {}), { code: "model-unsuitable" });
});
