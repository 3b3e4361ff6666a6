"""What does a passphrase cost in the browser: opening, adding, searching?

Run: ``python tests/bench/bench_sealed.py [--documents 2000]``. Both kinds take turns in one page,
each in a collection of its own in the origin private file system; numbers are medians.
"""

from __future__ import annotations

import argparse
import json

import _harness as harness
from playwright.sync_api import sync_playwright

RUN = """
async ({ documents, rounds }) => {
  const base = new URL("../", location.href);
  const { Fossick } = await import(new URL("static/fossick.js", base));
  const { argon2id } = await import(new URL("static/vendor/hashes.js", base));
  const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];
  const timed = async (work) => {
    const began = performance.now();
    const value = await work();
    return [performance.now() - began, value];
  };
  let state = 1;
  const next = (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const word = () => `w${Math.floor((next(8000) * next(8000)) / 8000).toString(36)}`;
  const text = (n) => Array.from({ length: 500 }, word).join(" ") + ` unique${n}`;
  const sources = Array.from({ length: documents }, (_, n) =>
    ({ path: `${n}.txt`, text: text(n) }));
  const queries = Array.from({ length: 60 }, () => `${word()} ${word()}`);
  const kinds = { plain: undefined, sealed: "four words of mine" };
  const out = { argon: [] };
  for (let n = 0; n < 3; n += 1) {
    const [ms] = await timed(() =>
      argon2id(new Uint8Array(20), new Uint8Array(16), { t: 3, m: 65536, p: 1, dkLen: 32 }));
    out.argon.push(ms);
  }
  const numbers = {};
  for (const kind of Object.keys(kinds)) numbers[kind] = {};
  const note = (kind, name, value) => (numbers[kind][name] ??= []).push(value);
  for (let round = 0; round < rounds; round += 1) {
    for (const [kind, passphrase] of Object.entries(kinds)) {
      const collection = `bench ${kind} ${round}`;
      const options = { collection, embedder: "static", passphrase };
      const fossick = await Fossick.open(options);
      note(kind, "add", (await timed(() => fossick.add(sources)))[0]);
      note(kind, "bytes", (await fossick.stats()).bytes);
      await fossick.close();
      const [start, again] = await timed(() => Fossick.open(options));
      note(kind, "start", start);
      note(kind, "open", again.info().boot.open);
      note(kind, "first", (await timed(() => again.search(queries[0])))[0]);
      const found = [];
      for (const query of queries) found.push((await timed(() => again.search(query)))[0]);
      note(kind, "search", median(found));
      const { hits } = await again.search(queries[1], { k: 50 });
      const shown = [];
      for (const { documentId } of hits) shown.push((await timed(() => again.get(documentId)))[0]);
      note(kind, "get", median(shown));
      note(kind, "check", (await timed(() => again.check()))[0]);
      const { key } = again;
      await again.close();
      if (kind === "plain") {
        const later = await Fossick.open(options);
        note("sealed", "seal", (await timed(() => later.seal(kinds.sealed)))[0]);
        note("sealed", "unseal", (await timed(() => later.unseal(kinds.sealed)))[0]);
        await later.close();
      } else {
        const [, keyed] = await timed(() =>
          Fossick.open({ ...options, passphrase: undefined, key }));
        note(kind, "openByKey", keyed.info().boot.open);
        await keyed.close();
      }
      await Fossick.delete(collection);
    }
  }
  for (const found of Object.values(numbers))
    for (const name of Object.keys(found)) found[name] = median(found[name]);
  return { ...out, ...numbers };
}
"""


def main() -> None:
    """Print the numbers as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with harness.site() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=harness.load_script("ensure_browser").find("chromium"),
            args=harness.CHROMIUM_FLAGS,
        )
        page = browser.new_page()
        page.goto(url + harness.BARE)
        print(json.dumps(page.evaluate(RUN, vars(options)), indent=1))
        browser.close()


if __name__ == "__main__":
    main()
