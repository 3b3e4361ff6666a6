"""How soon is a large folder brought up to date, and how fast is it read the first time?

Run: ``python tests/bench/bench_folder.py [--files N] [--embedder NAME]``. Through fossick.js on the
built site, in Chromium, over a folder in the origin private file system, whose handles are of the
same kind as those that a user picks: ten files change, ten come, ten move, ten go. Once all of
it is looked at, as when the page is opened; once only what a FileSystemObserver tells of.
"""

from __future__ import annotations

import argparse
from typing import Any

import _harness as harness

BODY = """
  const { Fossick } = await import(new URL("static/fossick.js", base));
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle("many", { create: true });
  const make = { create: true };
  const at = async (n) => folder.getDirectoryHandle(`part ${Math.floor(n / 200)}`, make);
  const put = async (n, name, text) => {
    const stream = await (await (await at(n)).getFileHandle(name, make)).createWritable();
    await stream.write(text);
    await stream.close();
  };
  const text = (n) => `# File ${n}\\n\\nGold number ${n} lies in the bend of the river.\\n`;
  const name = (n) => `file ${n}.md`;
  for (let n = 0; n < given.files; n += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, i) => put(n + i, name(n + i), text(n + i))));
  }
  const timed = async (work) => {
    const began = performance.now();
    const report = await work();
    return { seconds: (performance.now() - began) / 1000, report };
  };
  const fossick = await Fossick.open({ collection: "many", embedder: given.embedder });
  const first = await timed(() => fossick.addFolder(folder));
  const same = await timed(() => fossick.syncFolders());
  const change = async (round) => {
    const paths = [];
    const note = (n, last) => paths.push(`many/part ${Math.floor(n / 200)}/${last}`);
    for (let n = 0; n < 10; n += 1) {
      await put(n, name(n), `${text(n)}\\nChanged to silver ${round}.`);
      note(n, name(n));
      await put(n + 1000, `new ${round} ${n}.md`, `Tin ${round} ${n}.`);
      note(n + 1000, `new ${round} ${n}.md`);
      const [moved, gone] = [n + 2000 + round * 20, n + 3000 + round * 20];
      await put(moved, `moved ${n} ${round}.md`, text(moved));
      note(moved, `moved ${n} ${round}.md`);
      await (await at(moved)).removeEntry(name(moved));
      note(moved, name(moved));
      await (await at(gone)).removeEntry(name(gone));
      note(gone, name(gone));
    }
    return paths;
  };
  await change(0);
  const changed = await timed(() => fossick.syncFolders());
  const paths = await change(1);
  const told = await timed(() => fossick.syncFolders({ changed: paths }));
  return { first, same, changed, told };
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--embedder", default="static")
    options = parser.parse_args()
    with harness.measuring() as page:
        found: dict[str, Any] = harness.evaluate(page, BODY, vars(options))
    rows = []
    titles = {
        "first": "First",
        "same": "Nothing changed",
        "changed": "40 changed",
        "told": "40 changed, as told",
    }
    for step, title in titles.items():
        report = found[step]["report"]
        counts = (report[key] for key in ("added", "updated", "skipped", "removed", "moved"))
        rows.append((title, found[step]["seconds"], *counts))
    head = ("", "Seconds", "Added", "Updated", "Unchanged", "Removed", "Moved")
    print(harness.table(head, rows))
    print(found["first"]["report"]["timings"])
    harness.keep("folder", found)


if __name__ == "__main__":
    main()
