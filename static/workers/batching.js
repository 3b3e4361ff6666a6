// @ts-check
/** Which of the texts that wait go into the next batch. */

/** @typedef {import("./embedding-queue.js").Item} Item */
/** @typedef {Pick<import("./embedding-queue.js").Job, "items">} Job */

/**
 * Texts in the order in which they came, across jobs, within a number of tokens; at least one.
 *
 * @param {Job[]} jobs
 * @param {number} limit
 * @returns {Item[]}
 */
export function takeInOrder(jobs, limit) {
  /** @type {Item[]} */
  const batch = [];
  let tokens = 0;
  for (const { items } of jobs) {
    let taken = 0;
    for (const item of items) {
      tokens += item.ids.length;
      if (batch.length > 0 && tokens > limit) break;
      batch.push(item);
      taken += 1;
    }
    items.splice(0, taken);
    if (items.length > 0) break;
  }
  return batch;
}

/**
 * The longest text of the oldest job and those of all jobs that are next to it in length, within a
 * number of tokens when padded; at least one.
 *
 * @param {Job[]} jobs whose items lie by length
 * @param {number} limit
 * @returns {Item[]}
 */
export function takePadded(jobs, limit) {
  const first = jobs[0]?.items.pop();
  if (!first) return [];
  const batch = [first];
  const width = first.ids.length;
  while ((batch.length + 1) * width <= limit) {
    const nearest = nearestBelow(jobs, width);
    if (!nearest) break;
    batch.push(nearest);
  }
  return batch;
}

/**
 * The longest text of all jobs that is no longer than `width`, taken out.
 *
 * @param {Job[]} jobs
 * @param {number} width
 * @returns {Item | undefined}
 */
function nearestBelow(jobs, width) {
  /** @type {{ items: Item[], at: number, length: number } | undefined} */
  let best;
  for (const { items } of jobs) {
    const at = items.findLastIndex(({ ids }) => ids.length <= width);
    const length = items[at]?.ids.length ?? 0;
    if (at >= 0 && length > (best?.length ?? 0)) best = { items, at, length };
  }
  return best?.items.splice(best.at, 1)[0];
}
