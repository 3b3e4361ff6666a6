"""How fast is a large collection exported and imported, and how much memory does that take?

Run: ``python tests/bench/bench_portable.py [--gigabytes 1] [--browser]``. The store is made of
copies of one real segment. Each step is the command line in a process of its own, whose peak is
that of the whole interpreter with NumPy in it. In the browser it is the page's process with its
workers, by what it has beyond the memory that it had when the step began.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import resource
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from app.core.analysis.wordpiece import estimate_tokens  # noqa: E402 (path set above)
from app.engine import BytesSource, Collection, HashEmbedder  # noqa: E402
from app.host import cli  # noqa: E402
from app.host.disk_store import DirectoryStore  # noqa: E402
from app.storage import manifest as manifests  # noqa: E402
from app.storage.memory_store import MemoryStore  # noqa: E402
from app.storage.names import segment_name, text_name  # noqa: E402


class Kept(MemoryStore):
    """A store that is not forgotten when it is closed."""

    async def close(self) -> None:
        """Nothing."""


async def make(folder: Path, size: int) -> int:
    """Fill a folder with an index of about so many bytes; how many segments it has."""
    rng = random.Random(1)
    words = [f"{rng.choice('bcdfgklmnprst')}{rng.choice('aeiou')}{n:x}" for n in range(20_000)]
    texts = (" ".join(rng.choices(words, k=1500)) for _ in range(300))
    sources = [BytesSource(f"{n}.txt", text.encode()) for n, text in enumerate(texts)]
    store = Kept()
    collection = await Collection.open(
        store, embedder=HashEmbedder(), clock=time.perf_counter, count_tokens=estimate_tokens
    )
    await collection.add(sources)
    await collection.settle()
    await collection.close()
    newest = await manifests.read_newest(store)
    assert newest
    files = {entry: [await store.read(n) for n in (entry.name, text_name(entry.name))]
             for entry in newest.manifest.segments}  # fmt: skip
    disk = DirectoryStore(folder)
    entries, written, number = [], 0, 1
    while written < size:
        for entry, parts in files.items():
            name = segment_name(number)
            for file, data in zip((name, text_name(name)), parts, strict=True):
                await disk.write(file, [data])
                written += len(data)
            entries.append(replace(entry, name=name))
            number += 1
    await manifests.write(
        disk, replace(newest.manifest, next_number=number, segments=tuple(entries))
    )
    return len(entries)


def measured(*arguments: object) -> tuple[float, float]:
    """Seconds and peak memory in MB of a command, in a process of its own."""
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        os._exit(cli.main(["--json" if a is True else str(a) for a in arguments]))
    _, status, used = os.wait4(child, 0)
    assert status == 0, arguments
    return time.perf_counter() - began, used.ru_maxrss / 1024


STEPS = {
    "import": """
      const [file] = document.querySelector("input").files;
      globalThis.told = await Fossick.import(file, { collection: "large" });
    """,
    "open": """
      globalThis.fossick = await Fossick.open({ collection: "large", embedder: "none" });
    """,
    "export": "globalThis.exported = await fossick.export();",
    "search in the file": """
      const from = exported.file;
      await fossick.close();
      globalThis.fossick = await Fossick.open({ from, embedder: "none" });
      await fossick.search("river");
    """,
}


def in_browser(file: Path) -> None:
    """Import a file in Chromium, open it, export it, and search in what was exported."""
    import _harness as harness

    with harness.measuring() as page:
        page.evaluate("document.querySelector('input').removeAttribute('webkitdirectory')")
        page.locator("input").set_input_files(file)
        begin = 'const { Fossick } = await import(new URL("static/fossick.js", base));'
        for name, body in STEPS.items():
            before, began = max(renderers().values()), time.perf_counter()
            peak = Peak()
            harness.evaluate(page, begin + body)
            seconds = time.perf_counter() - began
            print(f"{name}: {seconds:.1f} s, {before:.0f} MB before, peak {peak.stop():.0f} MB")


def renderers() -> dict[int, float]:
    """Memory of its own in MB of each process of a browser that shows pages."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if b"--type=renderer" not in (folder / "cmdline").read_bytes() or not ours(folder):
                continue
            lines = (folder / "status").read_text().splitlines()
        except OSError:
            continue
        own = [int(line.split()[1]) for line in lines if line.startswith("RssAnon")]
        found[int(folder.name)] = sum(own) / 1024
    return found


def ours(folder: Path) -> bool:
    """Whether a process is one that this one has started, or one of theirs."""
    while folder.name not in {"0", "1"}:
        if int(folder.name) == os.getpid():
            return True
        parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
        folder = folder.with_name(parent)
    return False


class Peak:
    """The most that a process which shows pages had since this was made."""

    def __init__(self) -> None:
        self._most = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self) -> None:
        while not self._done.wait(0.05):
            self._most = max(self._most, *renderers().values(), 0.0)

    def stop(self) -> float:
        """The most in MB."""
        self._done.set()
        self._thread.join()
        return self._most


def main() -> None:
    """Make the store, measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--browser", action="store_true", help="in Chromium as well")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, file, other = (Path(place) / name for name in ("index", "a.fossick", "other"))
        maker = os.fork()  # so that what it takes is not in the peaks
        if maker == 0:
            segments = asyncio.run(make(folder, int(options.gigabytes * 1e9)))
            print(f"{segments} segments", flush=True)
            os._exit(0)
        os.waitpid(maker, 0)
        idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        for name, arguments in (
            ("export", ("export", folder, file)),
            ("import", ("import", file, other)),
        ):
            seconds, peak = measured(*arguments)
            size = file.stat().st_size / 1e6
            print(f"{name}: {size:.0f} MB in {seconds:.1f} s, {size / seconds:.0f} MB/s, "
                  f"peak {peak:.0f} MB, of which {idle:.0f} MB without any work")  # fmt: skip
        if options.browser:
            in_browser(file)


if __name__ == "__main__":
    main()
