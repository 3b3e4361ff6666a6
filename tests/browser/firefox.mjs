// @ts-check
/**
 * Opens the page in a headless Firefox, adds files, asks, reloads and asks again.
 *
 * Reads a `Task` from standard input and prints what it saw as JSON. Firefox is told to send
 * whatever leaves the machine through `proxy` (host:port), so that the caller sees every request
 * that should not be, also of workers; `control` is opened at the end to prove it.
 */

import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import puppeteer from "puppeteer-core";

const START = 300_000;
const INDEXING = 300_000;

/** @typedef {import("puppeteer-core").Page} Page */
/**
 * @typedef {object} Task
 * @property {string} url of the page
 * @property {string} executable
 * @property {string} proxy
 * @property {string} control
 * @property {string[]} files
 * @property {string[]} queries
 * @property {string[]} words queries by words, for what is exported and imported
 */

/** @returns {Promise<Task>} */
async function task() {
  let text = "";
  for await (const part of process.stdin.setEncoding("utf8")) text += part;
  return JSON.parse(text);
}

/**
 * The first true answer of a function that runs in the page.
 *
 * @template T
 * @param {() => Promise<T>} probe
 * @param {string} what for the message
 * @param {number} limit milliseconds
 * @returns {Promise<T>}
 */
async function eventually(probe, what, limit) {
  const end = Date.now() + limit;
  while (Date.now() < end) {
    const value = await probe();
    if (value) return value;
    await sleep(200);
  }
  throw new Error(`${what}: not after ${limit / 1000} s`);
}

/** @param {Page} page */
async function ready(page) {
  const probe = () => page.evaluate(() => globalThis.fossick?.info().state === "ready");
  try {
    await eventually(probe, "The model is ready", START);
  } catch (error) {
    const info = await page.evaluate(() => globalThis.fossick?.info());
    throw new Error(`${error}: ${JSON.stringify(info)}`);
  }
}

/**
 * Each query's first hit and the legs that found it, through the interface.
 *
 * @param {Page} page
 * @param {string[]} queries
 */
async function ask(page, queries) {
  const answers = [];
  for (const query of queries) {
    answers.push(
      await page.evaluate(async (text) => {
        const { hits } = await globalThis.fossick.search(text);
        return { path: hits[0]?.path, text: hits[0]?.text, legs: hits[0]?.legs };
      }, query),
    );
  }
  return answers;
}

/**
 * Whether an exported collection answers as before once it is imported, and where it lies.
 *
 * @param {Page} page
 * @param {string[]} words
 */
function travel(page, words) {
  return page.evaluate(async (texts) => {
    const { fossick } = globalThis;
    const Fossick = /** @type {typeof import("../../static/fossick.js").Fossick} */ (
      fossick.constructor
    );
    const answers = async (/** @type {import("../../static/fossick.js").Fossick} */ which) => {
      const found = [];
      for (const text of texts) {
        const { hits } = await which.search(text, { mode: "keyword" });
        found.push(hits.map(({ id, score, highlights }) => [id, score, highlights]));
      }
      return JSON.stringify(found);
    };
    const before = await answers(fossick);
    const { file } = await fossick.export();
    await Fossick.import(file, { collection: "again" });
    const opened = [
      await Fossick.open({ collection: "again", embedder: "none" }),
      await Fossick.open({ from: file, embedder: "none" }),
    ];
    const same = [];
    for (const one of opened) {
      same.push((await answers(one)) === before);
      await one.close();
    }
    return { same, length: before.length, bytes: file.size };
  }, words);
}

/**
 * A collection with a passphrase: what opens it, what it finds, and whether a word is to be seen.
 *
 * @param {Page} page
 */
function seal(page) {
  return page.evaluate(async () => {
    const { Fossick } = await import(new URL("static/fossick.js", location.href).href);
    const open = (passphrase) =>
      Fossick.open({ collection: "sealed", embedder: "none", passphrase });
    const fossick = await open("four words of mine");
    await fossick.add([{ path: "hidden.md", text: "The quokka sailed to Zanzibar." }]);
    await fossick.lock();
    const codes = [];
    for (const passphrase of [undefined, "wrong"])
      codes.push(
        await open(passphrase).then(
          ({ state }) => state,
          ({ code }) => code,
        ),
      );
    const shelf = await (await navigator.storage.getDirectory()).getDirectoryHandle("fossick");
    let kept = "";
    for await (const entry of (await shelf.getDirectoryHandle("sealed")).values())
      kept += await (await entry.getFile()).text();
    const again = await open("four words of mine");
    const { hits } = await again.search("quokka");
    await again.close();
    const seen = ["quokka", "hidden.md"].filter((word) => kept.toLowerCase().includes(word));
    return { codes, path: hits[0]?.path, seen, length: kept.length };
  });
}

/**
 * The text of the first hit that the page shows after typing a query.
 *
 * @param {Page} page
 * @param {string} query
 * @param {string} expected what the text must hold
 */
async function type(page, query, expected) {
  await page.focus("input[type=search]");
  await page.keyboard.type(query);
  const first = () => page.$eval("ol[aria-label=Results] > li", (hit) => hit.textContent);
  const shown = async () => (await first().catch(() => ""))?.includes(expected);
  await eventually(shown, `${expected} is shown first`, START);
}

/**
 * How the second page of a PDF looks: its words, and which share of its pixels is dark.
 *
 * @param {Page} page
 * @param {string} path
 */
function draw(page, path) {
  return page.evaluate(async (name) => {
    const { PdfDocument } = await import(new URL("static/fossick.js", location.href).href);
    const pdf = await PdfDocument.open(await globalThis.fossick.file(name));
    const { image, texts } = await pdf.page(2, { width: 600 });
    pdf.close();
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    const dark = data.filter((value, at) => at % 4 === 0 && value < 128).length;
    return { words: texts.map(({ text }) => text).join(" "), ink: (4 * dark) / data.length };
  }, path);
}

async function main() {
  const { url, executable, proxy, control, files, queries, words } = await task();
  const [host, port] = proxy.split(":");
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: executable,
    headless: true,
    protocolTimeout: START, // the first call waits for all that the page does at its start
    extraPrefsFirefox: {
      "network.proxy.type": 1,
      "network.proxy.http": host,
      "network.proxy.http_port": Number(port),
      "network.proxy.ssl": host,
      "network.proxy.ssl_port": Number(port),
      "network.proxy.failover_direct": false,
    },
  });
  try {
    const page = await browser.newPage();
    /** @type {string[]} */
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    page.setDefaultTimeout(START); // a first start may keep two cores busy for long
    await page.goto(url, { waitUntil: "domcontentloaded" });
    await ready(page);
    const input = await page.waitForSelector("input[type=file]:not([webkitdirectory])");
    await /** @type {any} */ (input).uploadFile(...files);
    const count = () => page.evaluate(async () => (await globalThis.fossick.stats()).documents);
    const all = async () => (await count()) === files.length;
    await eventually(all, "All files are in", INDEXING);
    const drawn = await draw(page, "lease.pdf");
    await page.evaluate(() => globalThis.fossick.upgraded());
    const before = await ask(page, queries);
    await type(page, queries[0], before[0].path ?? "");
    const offline = () => page.evaluate(() => Boolean(navigator.serviceWorker.controller));
    await eventually(offline, "The service worker has taken over", START);
    await page.reload({ waitUntil: "domcontentloaded" });
    await ready(page);
    const kept = await count();
    const after = await ask(page, queries);
    const travelled = await travel(page, words);
    const sealed = await seal(page);
    const info = await page.evaluate(() => globalThis.fossick.info());
    const agent = await browser.version();
    await page.goto(control).catch(() => {});
    const found = { agent, info, before, kept, after, drawn, travelled, sealed, errors };
    process.stdout.write(JSON.stringify(found));
  } finally {
    await browser.close();
  }
}

await main();
