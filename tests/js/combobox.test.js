import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Combobox, offered } from "../../static/ui/combobox.js";

const option = (text, count = 1, unit = "passage") => ({
  text,
  count,
  unit,
  changed: [[text.lastIndexOf(" ") + 1, text.length]],
});
const found = (completions, { corrections = [], known = 0 } = {}) => ({
  completions,
  corrections,
  known,
});
const key = (name, { at = 3, altKey = false } = {}) => ({
  key: name,
  altKey,
  target: { value: "gol", selectionStart: at },
});

/** A combobox whose answers come from a table, and what it took. */
function boxed(answers) {
  const taken = [];
  const meant = [];
  const asked = [];
  const combobox = new Combobox({
    ask: async (query, signal) => {
      asked.push({ query, signal });
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (signal.aborted) throw new Error("cancelled");
      const answer = answers[query];
      if (!answer) throw new Error("none");
      return answer;
    },
    onTake: (query) => taken.push(query),
    onMeant: (query, text) => meant.push([query, text]),
    onChange: () => {},
  });
  return { combobox, taken, meant, asked };
}

const GOLD = found([option("gold", 9), option("golden", 2)]);

test("options are offered while a word is written, and gone when it is finished", async () => {
  const { combobox } = boxed({ gol: GOLD, "gol ": found([]), gold: found([], { known: 9 }) });
  await combobox.typed("gol", true);
  assert.deepEqual([combobox.isOpen, combobox.options.length, combobox.active], [true, 2, -1]);
  await combobox.typed("gol ", true);
  assert.equal(combobox.isOpen, false);
  await combobox.typed("gol", true);
  await combobox.typed("gol", false);
  assert.equal(combobox.isOpen, false, "the cursor stands elsewhere");
  await combobox.typed("gold", true);
  assert.equal(combobox.isOpen, false);
});

test("of many letters the last one is answered, and the calls before are cancelled", async () => {
  const { combobox, asked } = boxed({ g: GOLD, go: GOLD, gol: GOLD });
  const typed = ["g", "go", "gol"].map((query) => combobox.typed(query, true));
  await Promise.all(typed);
  assert.deepEqual(
    asked.map(({ query, signal }) => [query, signal.aborted]),
    [
      ["g", true],
      ["go", true],
      ["gol", false],
    ],
  );
  assert.equal(combobox.query, "gol");
});

test("a failure closes, for the search says what is wrong", async () => {
  const { combobox } = boxed({ gol: GOLD });
  await combobox.typed("gol", true);
  await combobox.typed("golx", true);
  assert.equal(combobox.isOpen, false);
});

test("arrow keys go through the options and leave at both ends", async () => {
  const { combobox } = boxed({ gol: GOLD });
  await combobox.typed("gol", true);
  const states = [];
  const names = ["ArrowUp", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowUp", "ArrowLeft"];
  for (const name of names) states.push([combobox.key(key(name)), combobox.activeId]);
  assert.deepEqual(states, [
    [false, ""],
    [true, "suggestion-1"],
    [true, "suggestion-2"],
    [true, "suggestion-2"],
    [true, "suggestion-1"],
    [true, ""],
  ]);
  assert.equal(combobox.key(key("ArrowRight", { at: 1 })), false, "it moves the cursor");
  assert.equal(combobox.key(key("ArrowRight")), true);
  assert.equal(combobox.key(key("ArrowDown")), true);
  assert.equal(combobox.key(key("ArrowDown")), false, "on to the hits");
  assert.equal(combobox.isOpen, false);
});

test("Enter takes an option that was chosen, and else is the search's", async () => {
  const { combobox, taken } = boxed({ gol: GOLD });
  await combobox.typed("gol", true);
  assert.equal(combobox.key(key("Enter")), false);
  assert.deepEqual([combobox.isOpen, taken], [false, []]);
  await combobox.typed("gol", true);
  combobox.key(key("ArrowDown"));
  assert.equal(combobox.key(key("Enter")), true);
  assert.deepEqual([combobox.isOpen, taken], [false, ["gold "]]);
});

test("Escape closes once, Tab leaves, Alt with arrows opens and closes", async () => {
  const { combobox, taken } = boxed({ gol: GOLD });
  await combobox.typed("gol", true);
  assert.equal(combobox.key(key("Escape")), true);
  assert.equal(combobox.key(key("Escape")), false);
  assert.equal(combobox.key(key("ArrowDown", { altKey: true })), true);
  assert.equal(combobox.isOpen, true);
  assert.equal(combobox.key(key("ArrowUp", { altKey: true })), true);
  assert.equal(combobox.isOpen, false);
  await combobox.typed("gol", true);
  combobox.key(key("ArrowDown"));
  assert.equal(combobox.key(key("Tab")), false);
  assert.deepEqual([combobox.isOpen, taken], [false, []]);
});

test("how many there are is told in a pause", async (context) => {
  const { combobox } = boxed({ gol: GOLD });
  await combobox.typed("gol", true);
  mock.timers.enable({ apis: ["setTimeout"] });
  context.after(() => mock.timers.reset());
  combobox.show(true);
  mock.timers.tick(699);
  assert.equal(combobox.announced, "");
  mock.timers.tick(1);
  assert.equal(combobox.announced, "2 suggestions, arrow keys to choose");
  combobox.close();
  assert.equal(combobox.announced, "");
});

test("what a query may be meant to be is told, also for a finished one", async () => {
  const corrections = [option("gold river ", 3)];
  const { combobox, meant } = boxed({ "glod river ": found([], { corrections }) });
  await combobox.typed("glod river ", true);
  assert.deepEqual(meant, [["glod river ", "gold river "]]);
  assert.equal(combobox.isOpen, false);
});

test("a word that is probably finished is not completed", () => {
  const completions = [option("golden", 2), option("golds", 1)];
  const texts = (query, answer) => offered(query, answer).map(({ text }) => text);
  assert.deepEqual(texts("gold", found(completions, { known: 3 })), []);
  assert.deepEqual(texts("gold", found(completions, { known: 2 })), ["golden", "golds"]);
  assert.deepEqual(texts("g", found(completions)), [], "one letter says too little");
  assert.deepEqual(texts("a g", found([option("a gold")])), []);
  const values = [{ ...option("type:pdf"), changed: [[5, 8]], unit: "document" }];
  assert.deepEqual(texts("type:", found(values)), ["type:pdf"], "values need no letter");
});

test("a correction comes first, and there are no more than five", () => {
  const completions = ["a", "b", "c", "d", "e"].map((end) => option(`gol${end}`));
  const corrections = [option("gild"), option("gelt")];
  const options = offered("gol", found(completions, { corrections }));
  assert.deepEqual(
    options.map(({ text, isCorrection }) => [text, isCorrection]),
    [
      ["gild", true],
      ["gola", false],
      ["golb", false],
      ["golc", false],
      ["gold", false],
    ],
  );
});
