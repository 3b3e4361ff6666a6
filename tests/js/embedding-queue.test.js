import assert from "node:assert/strict";
import test from "node:test";
import { takeInOrder, takePadded } from "../../static/workers/batching.js";
import { EmbeddingQueue } from "../../static/workers/embedding-queue.js";

const DIM = 4;
/** A text of n letters has n tokens: the number of each letter. */
const tokenizer = { encode: (text) => [...text].map((letter) => letter.charCodeAt(0)) };
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

/** A model whose vector of a text is its first token, four times; batches wait for `go`. */
function lane({ padded = false, most = 100, time = 50 } = {}) {
  const batches = [];
  return {
    padded,
    most,
    time,
    batches,
    go() {
      for (const one of batches) if (!one.done) one.answer();
    },
    run: (rows) =>
      new Promise((resolve, reject) => {
        const one = { rows: rows.map((row) => String.fromCharCode(...row)), done: false, reject };
        one.answer = () => {
          one.done = true;
          resolve(Float32Array.from(rows.flatMap((row) => new Array(DIM).fill(row[0]))));
        };
        batches.push(one);
      }),
  };
}

const queueOf = (...lanes) =>
  new EmbeddingQueue({
    tokenizer,
    lanes,
    card: { dim: DIM, maxTokens: 8, prefixes: { query: "", passage: "" } },
  });

test("vectors are in the order of the texts, whatever the batches", async () => {
  for (const padded of [false, true]) {
    const one = lane({ padded });
    const queue = queueOf(one);
    const asked = queue.embed(1, ["aaaaaa", "b", "cccc", "dd"], "passage");
    for (let turn = 0; turn < 4; turn += 1) {
      await settled();
      one.go();
    }
    const vectors = await asked;
    assert.deepEqual(
      [0, 1, 2, 3].map((row) => String.fromCharCode(vectors[row * DIM])),
      ["a", "b", "c", "d"],
    );
    assert.deepEqual(one.batches.flatMap(({ rows }) => rows).sort(), ["aaaaaa", "b", "cccc", "dd"]);
  }
});

test("a query is in the next batch, before passages that came first", async () => {
  const one = lane();
  const queue = queueOf(one);
  const passages = queue.embed(1, ["pppppp", "qqqqqq", "rrrrrr"], "passage");
  await settled();
  const query = queue.embed(2, ["?"], "query");
  await settled();
  assert.deepEqual(
    one.batches.map(({ rows }) => rows),
    [["pppppp"]],
  );
  one.go();
  await settled();
  assert.deepEqual(one.batches[1].rows, ["?"]);
  one.go();
  assert.equal((await query)[0], "?".charCodeAt(0));
  await settled();
  one.go();
  await settled();
  one.go();
  assert.equal((await passages).length, 3 * DIM);
});

test("two lanes work at once, and a batch may hold texts of several jobs", async () => {
  const lanes = [lane(), lane()];
  const queue = queueOf(...lanes);
  const first = queue.embed(1, ["aaaaaa", "bbbbbb", "cc"], "passage");
  const second = queue.embed(2, ["dd"], "passage");
  await settled();
  assert.deepEqual(
    lanes.map(({ batches }) => batches.at(-1).rows),
    [["aaaaaa"], ["bbbbbb", "cc"]],
  );
  for (let turn = 0; turn < 3; turn += 1) {
    for (const one of lanes) one.go();
    await settled();
  }
  assert.equal((await first).length + (await second).length, 4 * DIM);
});

test("an aborted job is left out, and the others go on", async () => {
  const one = lane();
  const queue = queueOf(one);
  const given = queue.embed(1, ["aaaaaa", "bbbbbb"], "passage");
  const kept = queue.embed(2, ["cccccc"], "passage");
  const refusal = assert.rejects(given, { code: "cancelled" });
  await settled();
  queue.abort(1);
  await refusal;
  one.go();
  await settled();
  assert.deepEqual(one.batches[1].rows, ["cccccc"]);
  one.go();
  assert.equal((await kept)[0], "c".charCodeAt(0));
});

test("a lane that fails ends all that waits, and is told of once", async () => {
  const one = lane();
  const queue = queueOf(one);
  const told = [];
  queue.onFailure = (message) => told.push(message);
  const asked = [queue.embed(1, ["a"], "passage"), queue.embed(2, ["b"], "query")];
  const refused = asked.map((job) => assert.rejects(job, { code: "model-failed" }));
  await settled();
  one.batches[0].reject(new Error("out of memory"));
  await Promise.all(refused);
  assert.deepEqual(told, ["out of memory"]);
});

test("texts are cut to what the model reads, the last token kept", async () => {
  const one = lane();
  void queueOf(one).embed(1, ["abcdefghijkl"], "passage");
  await settled();
  assert.deepEqual(one.batches[0].rows, ["abcdefgl"]);
});

test("no texts give no vectors", async () => {
  assert.equal((await queueOf(lane()).embed(1, [], "passage")).length, 0);
});

const jobOf = (...lengths) => ({ items: lengths.map((n) => ({ ids: new Uint32Array(n) })) });
const lengthsOf = (batch) => batch.map(({ ids }) => ids.length);

test("in order: as many tokens as the limit has, at least one text", () => {
  const jobs = [jobOf(5, 3), jobOf(2, 9)];
  assert.deepEqual(lengthsOf(takeInOrder(jobs, 10)), [5, 3, 2]);
  assert.deepEqual(lengthsOf(takeInOrder(jobs, 1)), [9]);
  assert.deepEqual(takeInOrder(jobs, 10), []);
});

test("padded: the longest of the oldest job, with the nearest in length of all", () => {
  const jobs = [jobOf(1, 6), jobOf(2, 5, 9)];
  assert.deepEqual(lengthsOf(takePadded(jobs, 18)), [6, 5, 2]);
  assert.deepEqual(lengthsOf(takePadded(jobs, 18)), [1]);
  assert.deepEqual(lengthsOf(takePadded([jobOf(3, 4)], 1)), [4]);
});
