"""How fast do the readers of office files read, and what becomes of real files of each type?

Run: ``PYTHONPATH=. python tests/bench/bench_readers.py [FOLDER]``. Files of some megabytes are
made by code, seconds are of the processor. With a folder, each file in it is read once, and a table
by extension says how many gave a document, how many were refused under which code, and how long
all took and the slowest of them.
"""

from __future__ import annotations

import io
import random
import sys
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from app.errors import FileError
from app.formats import detect, read
from tests.fixtures.office import docx, epub, odf, paragraph, pptx, row, shape, xlsx
from tests.fixtures.workbooks import xls

MEGABYTE = 1e6


def files() -> Iterator[tuple[str, bytes]]:
    """A large file of each format, of words and numbers by chance."""
    chance = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 10))) for _ in range(5000)]

    def sentence(count: int) -> str:
        return " ".join(chance.choices(words, k=count))

    def cell(value: float) -> str:
        return (
            f'<table:table-cell office:value-type="float" office:value="{value}">'
            f"<text:p>{value}</text:p></table:table-cell>"
        )

    yield "docx", docx("".join(paragraph(sentence(60)) for _ in range(20_000)))
    numbers = [[chance.random() * 1000 for _ in range(9)] for _ in range(20_000)]
    yield (
        "xlsx",
        xlsx({"S": "".join(row(n, sentence(2), *row_) for n, row_ in enumerate(numbers, start=1))}),
    )
    slides = (
        shape(sentence(5), role="title") + shape(*(sentence(10) for _ in range(8)), role="body")
        for _ in range(2000)
    )
    yield "pptx", pptx(*slides)
    yield "odt", odf("text", "".join(f"<text:p>{sentence(60)}</text:p>" for _ in range(20_000)))
    rows = [
        f"<table:table-row>{''.join(map(cell, values))}</table:table-row>" for values in numbers
    ]
    yield "ods", odf("spreadsheet", f"<table:table>{''.join(rows)}</table:table>")
    pages = (
        f"<html><body>{''.join(f'<p>{sentence(60)}</p>' for _ in range(200))}</body></html>"
        for _ in range(50)
    )
    yield "epub", epub(*pages)
    body = "".join(rf"\pard\plain\f0 {sentence(60)}\par" for _ in range(20_000))
    yield "rtf", b"{\\rtf1\\ansi " + body.encode() + b"}"
    escaped = (
        "\\pard " + "".join(f"\\u{ord(char) + 900}?" for char in sentence(20)) + "\\par"
        for _ in range(5000)
    )
    yield "rtf", b"{\\rtf1\\ansi " + "".join(escaped).encode() + b"}"
    cells = [(n, c, value, 0) for n, row_ in enumerate(numbers) for c, value in enumerate(row_)]
    yield "xls", xls(("S", cells))


def speeds() -> None:
    """A line for each made file."""
    for ext, data in files():
        size = len(data)
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                size = sum(info.file_size for info in archive.infolist())
        began = time.process_time()
        document = read(f"a.{ext}", data)
        seconds = time.process_time() - began
        print(
            f"{ext:5} {len(data) / MEGABYTE:6.1f} MB, {size / MEGABYTE:6.1f} unpacked,"
            f" {len(document.text) / MEGABYTE:5.1f} of text: {seconds:5.2f} s,"
            f" {size / MEGABYTE / seconds:5.1f} MB/s"
        )


def outcomes(folder: Path) -> None:
    """A row for each extension of the files in a folder."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    times: dict[str, list[float]] = defaultdict(list)
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        ext, data = path.suffix.lower().lstrip("."), path.read_bytes()
        began = time.perf_counter()
        try:
            result = "pdf" if detect(path.name, data) == "pdf" else read(path.name, data) and "read"
        except FileError as error:
            result = error.code
        times[ext].append(time.perf_counter() - began)
        found[ext][str(result)] += 1
    print("| Type | Files | Read | Refused | Seconds, all | Seconds, slowest |")
    print("|---" * 6 + "|")
    for ext, counts in sorted(found.items()):
        refused = ", ".join(f"{n} {code}" for code, n in sorted(counts.items()) if code != "read")
        print(
            f"| {ext} | {counts.total()} | {counts['read']} | {refused} |"
            f" {sum(times[ext]):.2f} | {max(times[ext]):.2f} |"
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        outcomes(Path(sys.argv[1]))
    else:
        speeds()
