// @ts-check
/** From match to match within a text that is open. */

/**
 * The match after (+1) or before (-1) the one that was reached last; at first that is the first
 * of the passage. Null beyond the last.
 *
 * @param {Element} body
 * @param {number} by
 */
export function matchBeside(body, by) {
  const marks = [...body.querySelectorAll("mark")];
  const reached = body.querySelector("mark.current") ?? body.querySelector("mark.here");
  const at = reached
    ? marks.indexOf(/** @type {HTMLElement} */ (reached))
    : by > 0
      ? -1
      : marks.length;
  return marks[at + by] ?? null;
}

/**
 * Marks a match as the one that was reached, and says which it is: "Match 2 of 9".
 *
 * @param {Element} body
 * @param {Element} mark
 */
export function reach(body, mark) {
  forget(body);
  mark.classList.add("current");
  const marks = [...body.querySelectorAll("mark")];
  return `Match ${marks.indexOf(/** @type {HTMLElement} */ (mark)) + 1} of ${marks.length}`;
}

/** @param {Element} body */
export function forget(body) {
  for (const old of body.querySelectorAll("mark.current")) old.classList.remove("current");
}

/**
 * Scrolls a body so that an element stands in its upper part, and nothing else moves.
 *
 * @param {Element} body
 * @param {Element} target
 */
export function bring(body, target) {
  const [at, of] = [target.getBoundingClientRect(), body.getBoundingClientRect()];
  body.scrollTop += at.top - of.top - body.clientHeight / 4;
  if (at.left < of.left || at.right > of.right) {
    body.scrollLeft += at.left - of.left - body.clientWidth / 4;
  }
}
