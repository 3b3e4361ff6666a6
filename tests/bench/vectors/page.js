/** What the page of the vector measurement does: one worker builds an index and is asked. */

/** Milliseconds after which no further round is begun. */
const PATIENCE = 60_000;

export async function run({ worker: name, limit, build, ask, rounds }) {
  const worker = new Worker(new URL(name, import.meta.url), { type: "module" });
  const answer = () =>
    new Promise((resolve, reject) => {
      const late = () => reject(new Error(`no answer within ${limit / 1000} s`));
      const timer = setTimeout(late, limit);
      worker.onmessage = ({ data }) => {
        clearTimeout(timer);
        if (data.error) reject(new Error(data.error));
        else resolve(data.value);
      };
      worker.onerror = (event) => {
        clearTimeout(timer);
        reject(new Error(event.message || "the worker ended"));
      };
    });
  const request = (name, given) => {
    const answered = answer();
    worker.postMessage({ request: name, ...given });
    return answered;
  };
  try {
    await answer();
    const found = await request("build", build);
    const asked = [];
    const begun = performance.now();
    do asked.push(await request("ask", ask));
    while (asked.length < rounds && performance.now() - begun < PATIENCE);
    const { hits, ...first } = asked[0];
    return { ...found, ...first, hits, rounds: asked.map(({ hits: _, ...times }) => times) };
  } finally {
    worker.terminate();
  }
}
