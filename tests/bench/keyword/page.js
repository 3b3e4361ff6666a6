/** What the page of the keyword measurement does; Python calls the functions exported here. */

const base = new URL("../", import.meta.url);

/** A worker that answers one request at a time. */
async function work(name, limit) {
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
  await answer();
  return {
    end: () => worker.terminate(),
    ask(request, given = {}) {
      const answered = answer();
      worker.postMessage({ request, ...given });
      return answered;
    },
  };
}

/** Bytes on the heaps of this page's workers, buffers included, memories of WebAssembly not. */
async function heap() {
  const { breakdown } = await performance.measureUserAgentSpecificMemory();
  return breakdown
    .filter(({ attribution }) => attribution.some(({ scope }) => scope.startsWith("Dedicated")))
    .reduce((sum, { bytes }) => sum + bytes, 0);
}

async function memory(worker) {
  return { heap: await heap(), wasm: await worker.ask("wasm") };
}

const grown = (after, before) => ({
  heap: after.heap - before.heap,
  wasm: after.wasm - before.wasm,
});

async function answers(worker, asked) {
  const found = {};
  for (const [kind, queries] of Object.entries(asked.timed)) {
    const warm = await worker.ask("ask", { kind, queries: asked.warm[kind] });
    if (warm) found[kind] = await worker.ask("ask", { kind, queries });
  }
  return found;
}

/** Index, store, and end the worker. */
export async function build({ worker: name, limit, ...given }) {
  const worker = await work(name, limit);
  try {
    const before = await memory(worker);
    const found = { ...(await worker.ask("build", given)) };
    found.built = grown(await memory(worker), before);
    return { ...found, ...(await worker.ask("save", given)) };
  } finally {
    worker.end();
  }
}

/** In a fresh worker: load what is stored, and ask it. */
export async function use({ worker: name, limit, asked, ...given }) {
  const worker = await work(name, limit);
  try {
    const before = await memory(worker);
    const found = { ...(await worker.ask("load", given)) };
    found.loaded = grown(await memory(worker), before);
    found.answers = await answers(worker, asked);
    found.resident = grown(await memory(worker), before);
    found.used = await worker.ask("used");
    return found;
  } finally {
    worker.end();
  }
}

/** Bytes that Python holds after loading and after all queries, counted one by one. */
export async function trace({ worker: name, limit, asked, ...given }) {
  const worker = await work(name, limit);
  try {
    await worker.ask("load", { ...given, traced: true });
    const opened = await worker.ask("used");
    await answers(worker, asked);
    return { opened, asked: await worker.ask("used") };
  } finally {
    worker.end();
  }
}

const SYNTAX = {
  words: (query) => query,
  phrase: (query) => `"${query}"`,
  fuzzy: (query) => `${query}~`,
  prefix: (query) => `${query}*`,
  wildcard: (query) => `*${query}*`,
};

const open = async (collection) => {
  const { Fossick } = await import(new URL("static/fossick.js", base));
  return Fossick.open({ collection, storage: "opfs", embedder: "none" });
};

async function timed(work) {
  const begun = performance.now();
  const value = await work();
  return { value, ms: performance.now() - begun };
}

/** Everything through fossick.js, to the commit on disk. */
export async function add({ collection, url }) {
  const { ids, titles, texts } = await (await fetch(url)).json();
  const passages = ids.map((id, at) => ({ id, title: titles[at], text: texts[at] }));
  const fossick = await open(collection);
  const { value, ms } = await timed(() => fossick.add(passages));
  const stats = await fossick.stats();
  await fossick.close();
  return { report: value, page_ms: ms, stats };
}

/** Open what was added, and search it. */
export async function search({ collection, asked }) {
  const opening = await timed(() => open(collection));
  const fossick = opening.value;
  const first = await timed(() => fossick.search("gold mine", { mode: "keyword" }));
  const found = { open_ms: opening.ms, first_ms: first.ms, boot: fossick.info().boot };
  found.start = fossick.info().start;
  found.answers = {};
  for (const [kind, queries] of Object.entries(asked.timed)) {
    const rows = { times: [], engine: [], timings: [], hits: [] };
    for (const query of asked.warm[kind]) await once(fossick, kind, query);
    for (const query of queries) {
      const { value, ms } = await once(fossick, kind, query);
      rows.times.push(ms);
      rows.engine.push(value.timings.total);
      rows.timings.push(value.timings);
      rows.hits.push(value.hits.map(({ documentId }) => documentId));
    }
    found.answers[kind] = rows;
  }
  await fossick.close();
  return found;
}

function once(fossick, kind, query) {
  return timed(() => fossick.search(SYNTAX[kind](query), { k: 10, mode: "keyword" }));
}

/** One document more, a thousand fewer, and what becomes of the bytes. */
export async function change({ collection, removed }) {
  const fossick = await open(collection);
  const found = { before: await fossick.stats() };
  await fossick.search("gold mine", { mode: "keyword" });
  const one = () => fossick.add([{ id: "one more", text: "One more text about quokkas." }]);
  const added = await timed(one);
  found.add_ms = added.ms;
  found.add_report = added.value;
  const seen = await timed(() => fossick.search("quokkas", { mode: "keyword" }));
  found.added_is_found = seen.value.hits[0]?.id.startsWith("one more") ?? false;
  found.search_after_add_ms = seen.ms;
  const gone = await timed(() => fossick.remove(removed));
  found.remove_ms = gone.ms;
  found.removed = gone.value;
  found.search_after_remove_ms = (
    await timed(() => fossick.search("quokkas", { mode: "keyword" }))
  ).ms;
  found.after_remove = await fossick.stats();
  if (typeof fossick.vacuum === "function") {
    found.vacuum_ms = (await timed(() => fossick.vacuum())).ms;
    found.after_vacuum = await fossick.stats();
  }
  await fossick.close();
  return found;
}
