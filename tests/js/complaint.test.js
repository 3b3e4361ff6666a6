import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Complaint, corrections, oddStretch } from "../../static/ui/complaint.js";

const quote = (start, end) => ({
  code: "unclosed-quote",
  message: `The quotation mark at ${start + 1} is never closed.`,
  hint: "All that follows is taken as the phrase.",
  start,
  end,
});
const lonely = { code: "lonely-operator", message: "OR at 6.", hint: "", start: 5, end: 7 };

/** A complaint with a clock that stands still, and what it says. */
function watched(context) {
  mock.timers.enable({ apis: ["setTimeout"] });
  context.after(() => mock.timers.reset());
  let changes = 0;
  const complaint = new Complaint(() => {
    changes += 1;
  });
  return {
    complaint,
    said: () => complaint.shown?.problems[0]?.message ?? "",
    changes: () => changes,
    type(query, ...problems) {
      complaint.typed(query);
      complaint.answered(query, problems);
    },
  };
}

test("nothing is said while keys are pressed, then one thing is", (context) => {
  const { said, type } = watched(context);
  for (const query of ['"', '"o', '"ol', '"old']) {
    type(query, quote(0, query.length));
    mock.timers.tick(500);
    assert.equal(said(), "");
  }
  mock.timers.tick(100);
  assert.equal(said(), quote(0, 4).message);
});

test("Enter does not wait, neither does an answer that comes late", (context) => {
  const { complaint, said, type } = watched(context);
  type("gold OR", lonely);
  complaint.hurry();
  assert.equal(said(), lonely.message);
  complaint.typed('gold "');
  mock.timers.tick(600);
  assert.equal(said(), lonely.message, "until the answer says otherwise");
  complaint.answered('gold "', [quote(5, 6)]);
  assert.equal(said(), quote(5, 6).message);
});

test("what is said goes as soon as the query is fine", (context) => {
  const { said, type } = watched(context);
  type('"old', quote(0, 4));
  mock.timers.tick(600);
  type('"old"');
  assert.equal(said(), "");
  type('"old', quote(0, 4));
  mock.timers.tick(600);
  type("");
  assert.equal(said(), "");
});

test("what stays true stays; something else waits for a pause", (context) => {
  const { complaint, said, type } = watched(context);
  type('gold "old', quote(5, 9));
  mock.timers.tick(600);
  type('gold "old m', quote(5, 11));
  assert.equal(said(), quote(5, 11).message);
  assert.deepEqual(oddStretch(complaint.query, complaint.shown), [5, 11]);
  type("gold OR", lonely);
  assert.equal(said(), "");
  mock.timers.tick(600);
  assert.equal(said(), lonely.message);
});

test("an answer to an older query says nothing", (context) => {
  const { complaint, said } = watched(context);
  complaint.typed("gold");
  mock.timers.tick(600);
  complaint.answered('"gol', [quote(0, 4)]);
  assert.equal(said(), "");
});

test("a fine query changes nothing on the page", (context) => {
  const { changes, type } = watched(context);
  for (const query of ["g", "go", "gold"]) type(query);
  mock.timers.tick(600);
  assert.equal(changes(), 0);
});

const recieve = { from: "recieve", to: ["receive", "relieve"], start: 0, end: 7 };

test("of problems, corrections and proposals the first that is there is said, in a pause", (context) => {
  const { complaint, changes } = watched(context);
  const shown = () => complaint.shown;
  complaint.typed("recieve it");
  complaint.proposed("recieve it", "receive it");
  complaint.answered("recieve it", [], [recieve]);
  assert.equal(shown(), null);
  mock.timers.tick(600);
  assert.deepEqual(shown()?.corrected, [recieve]);
  assert.deepEqual(oddStretch("recieve it", shown()), [0, 7]);
  complaint.answered("recieve it", [], []);
  assert.equal(shown()?.meant, "receive it");
  assert.equal(changes(), 2);
  complaint.proposed("recieve", "receive");
  assert.equal(shown()?.meant ?? "", "", "that was for another query");
  complaint.typed("receive it");
  complaint.proposed("receive it", "");
  complaint.answered("receive it", []);
  mock.timers.tick(600);
  assert.equal(shown(), null);
});

test("a corrected query as it can be taken over", () => {
  assert.deepEqual(corrections("recieve it", [recieve]), [
    { text: "receive it", words: "receive" },
    { text: "relieve it", words: "relieve" },
  ]);
  const glod = { from: "glod", to: ["gold", "glow"], start: 8, end: 12 };
  assert.deepEqual(corrections("recieve glod ", [recieve, glod]), [
    { text: "receive gold ", words: "receive gold" },
  ]);
  assert.deepEqual(corrections("gold", []), []);
});

test("the odd stretch is drawn only where it still stands", () => {
  const odd = { query: "gold OR", problems: [lonely] };
  assert.deepEqual(oddStretch("gold OR", odd), [5, 7]);
  assert.deepEqual(oddStretch("gold OR s", odd), [5, 7]);
  assert.equal(oddStretch("golden OR", odd), null);
  assert.equal(oddStretch("gold", odd), null);
  assert.equal(oddStretch("gold OR", null), null);
});
