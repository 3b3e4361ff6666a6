import assert from "node:assert/strict";
import { test } from "node:test";
import { Adder, emptyReport } from "../../static/ui/adding.js";
import { Searcher } from "../../static/ui/searching.js";

const tick = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));
const ask = (query, mode = "keyword") => ({ query, mode, k: 10 });

test("of many keystrokes only the newest is answered", async () => {
  const started = [];
  const answered = [];
  const searcher = new Searcher(
    async ({ query }) => {
      started.push(query);
      await tick(10);
      return { query };
    },
    ({ result }) => answered.push(result.query),
  );
  for (const query of ["g", "go", "gol", "gold"]) searcher.run(ask(query));
  await tick(60);
  assert.deepEqual(answered, ["gold"]);
  assert.deepEqual(started, ["g", "gold"]);
});

test("a search that never stops does not hold up the next one", async () => {
  const answered = [];
  const searcher = new Searcher(
    ({ query }) => (query === "stuck" ? new Promise(() => {}) : Promise.resolve({ query })),
    ({ result }) => answered.push(result.query),
  );
  searcher.run(ask("stuck"));
  await tick();
  searcher.run(ask("free"));
  await tick(5);
  assert.deepEqual(answered, ["free"]);
});

test("words answer first when the model keeps a hybrid search waiting", async () => {
  const answers = [];
  const searcher = new Searcher(
    async ({ mode }) => {
      if (mode === "hybrid") await tick(450);
      return { mode };
    },
    ({ result, interim }) => answers.push([result.mode, interim]),
  );
  searcher.run(ask("gold", "hybrid"));
  await tick(600);
  assert.deepEqual(answers, [
    ["keyword", true],
    ["hybrid", false],
  ]);
});

test("a failure is an answer; nothing is answered after stop", async () => {
  const answers = [];
  const searcher = new Searcher(
    async ({ query }) => {
      await tick(5);
      throw new Error(query);
    },
    ({ error }) => answers.push(error.message),
  );
  searcher.run(ask("bad"));
  await tick(20);
  searcher.run(ask("later"));
  searcher.stop();
  await tick(20);
  assert.deepEqual(answers, ["bad"]);
});

test("jobs are added one after another and reported once", async () => {
  const outcomes = [];
  const adder = new Adder(
    async (sources) => {
      await tick(2);
      return { ...emptyReport(), added: sources.length };
    },
    { onProgress: () => {}, onDone: (outcome) => outcomes.push(outcome) },
  );
  adder.push(["a", "b"]);
  adder.push(["c"]);
  adder.push([]);
  await tick(30);
  assert.equal(outcomes.length, 1);
  assert.equal(outcomes[0].report.added, 3);
});

test("cancelling empties the queue and is no error", async () => {
  const outcomes = [];
  const adder = new Adder(
    (_sources, { signal }) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    { onProgress: () => {}, onDone: (outcome) => outcomes.push(outcome) },
  );
  adder.push(["a"]);
  adder.push(["b"]);
  adder.cancel();
  await tick(5);
  assert.deepEqual(
    outcomes.map(({ error, cancelled }) => [error, cancelled]),
    [[null, true]],
  );
});
