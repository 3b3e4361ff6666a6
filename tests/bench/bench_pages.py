"""How many matches find their place on a drawn page of a PDF, and how long does a page take?

Run: ``python tests/bench/bench_pages.py [FOLDER]``, with the documents that FOSSICK_DATA names.
Every seventh word of the first pages of each PDF is taken for a match, as the preview takes those
of a hit: in our text of the page on one side, in the runs that pdf.js has drawn on the other.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import _harness as harness

PAGES = 4
"""Pages of a document that are drawn."""

DRAW = """
  const { Fossick, PdfDocument } = await import(new URL("static/fossick.js", base));
  const { marksOnPage } = await import(new URL("static/ui/page-marks.js", base));
  const { pageSpan } = await import(new URL("static/ui/passage.js", base));
  const fossick = await Fossick.open({ collection: "pages", embedder: "none" });
  const files = [...document.querySelector("input").files];
  await fossick.add(files.filter(({ name }) => name.endsWith(".pdf")));
  const pages = [];
  const failed = [];
  for (const { id, path, kind } of await fossick.documents()) {
    if (kind !== "pdf") continue;
    const { text } = await fossick.get(id);
    let pdf;
    try {
      pdf = await PdfDocument.open(await fossick.file(path));
      for (let number = 1; number <= Math.min(pdf.pages, given); number++) {
        const page = pageSpan(text, number);
        const words = [...text.slice(page.start, page.end).matchAll(/[\\p{L}\\p{N}]{2,}/gu)];
        const highlights = words.filter((_, at) => at % 7 === 3)
          .map(({ index, 0: word }) => [page.start + index, page.start + index + word.length]);
        const began = performance.now();
        const { image, texts } = await pdf.page(number, { width: 1000 });
        image.close();
        const drawn = performance.now();
        const passage = { start: page.start, end: page.start };
        const { missing } = marksOnPage(text, texts, { page, passage, highlights, words: [] });
        pages.push({ path, number, of: highlights.length, missing, draw: drawn - began,
          place: performance.now() - drawn });
      }
    } catch ({ code, message }) {
      failed.push({ path, code, message });
    }
    pdf?.close();
  }
  return { pages, failed };
"""


def main() -> None:
    """Measure and print the lines of docs/formats.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=harness.DATA / "files")
    options = parser.parse_args()
    with harness.measuring() as page:
        page.locator("input").set_input_files(options.folder)
        found = harness.evaluate(page, DRAW, PAGES)
    show(found)
    harness.keep("pages", found)


def show(found: dict[str, Any]) -> None:
    """Shares and times."""
    pages, failed = found["pages"], found["failed"]
    words = sum(page["of"] for page in pages)
    missing = sum(page["missing"] for page in pages)
    documents = len({page["path"] for page in pages})
    whole = sum(not page["missing"] for page in pages)
    print(f"{len(pages)} pages of {documents} documents; {len(failed)} could not be drawn")
    print(f"{words - missing} of {words} words placed ({(words - missing) / words:.2%})")
    print(f"{whole} pages with all of them")
    for part in ("draw", "place"):
        times = sorted(page[part] for page in pages)
        middle, most = times[len(times) // 2], times[int(0.95 * len(times))]
        print(f"{part}: median {middle:.0f} ms, 95 % under {most:.0f} ms, longest {times[-1]:.0f}")
    for page in sorted(pages, key=lambda one: -one["missing"])[:15]:
        if page["missing"]:
            print(f"  {page['missing']} of {page['of']} missing: {page['path']} {page['number']}")
    for one in failed:
        print(f"  {one['code']}: {one['path']}: {one['message']}")


if __name__ == "__main__":
    main()
