"""Write the site: `dist/` holds everything that a static host needs, nothing it must configure.

dist/
    index.html            each page with its policy, hashes and the site's version
    service-worker.js     offline use, and isolation where the host sends no headers
    manifest.webmanifest
    static/**             what the browser runs, as it lies in static/
    precache.json         every file with size, SHA-256 and type; the version; the headers

The version is a hash over all files, so equal sites have equal versions. A second run compares
times and sizes and rewrites only what changed; what is gone from the sources goes from `dist/`.
Text and WASM get a `.gz` beside them where that is a tenth smaller, for hosts that send it.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import page_head  # noqa: E402
from bundle_app import bundle, write_if_changed  # noqa: E402

from serve import (  # noqa: E402 (the root is not on the path of a script)
    CATALOGUE,
    HEADERS,
    media_type,
    special_headers,
)

PAGES: Final = ("*.html", "manifest.webmanifest", "service-worker.js")
"""Files beside `static/` that belong to the site."""

VERSION_META: Final = '<meta name="fossick-version" content="{version}">'
"""Put into each page's head: a page knows which site it was born with (see static/offline.js)."""

REQUIRED: Final = (
    "index.html",
    "service-worker.js",
    "static/fossick.js",
    "static/vendor/pyodide/pyodide.asm.wasm",
    "static/vendor/models/all-MiniLM-L6-v2/onnx/model_quantized.onnx",
)
"""A site without one of these would not run; said here rather than by a blank page."""

NEVER_CACHED: Final = ("service-worker.js", "precache.json")
"""The browser keeps the first itself; the second tells what is new."""

COMPRESSED: Final = frozenset(
    {
        ".css",
        ".html",
        ".js",
        ".json",
        ".mjs",
        ".npz",
        ".svg",
        ".txt",
        ".wasm",
        ".webmanifest",
        ".zip",
    }
)

Cache = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the site: its path with slashes, bytes, SHA-256 (hex) and Content-Type."""

    path: str
    size: int
    sha256: str
    type: str


def sources(root: Path, models: Path | None = None) -> dict[str, Path]:
    """Path in the site -> file, sorted. Hidden files and sources of other things stay out.

    `models` is a catalogue in place of the one in `static/`.
    """
    found = {}
    for pattern in PAGES:
        found.update({path.name: path for path in root.glob(pattern)})
    for path in _files(root / "static"):
        found[path.relative_to(root).as_posix()] = path
    if models is not None:
        found[CATALOGUE] = models
    return dict(sorted(found.items()))


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and not name.endswith((".tmp", "~")):
                yield Path(parent) / name


def fingerprint(path: Path) -> list[int]:
    """What changes when a file does: size and time in nanoseconds."""
    info = path.stat()
    return [info.st_size, info.st_mtime_ns]


def digest(path: Path, name: str, cache: Cache) -> str:
    """SHA-256 of a source, from the last run where the file is as it was."""
    mark = fingerprint(path)
    known = cache.get(name)
    if known and known["mark"] == mark:
        return str(known["sha256"])
    with path.open("rb") as file:
        value = hashlib.file_digest(file, "sha256").hexdigest()
    cache[name] = {"mark": mark, "sha256": value}
    return value


def site_headers(plan: Mapping[str, Path]) -> dict[str, dict[str, str]]:
    """The headers that differ for some paths, by the hub that the site's catalogue names."""
    if CATALOGUE not in plan:
        return {}
    try:
        return special_headers(json.loads(plan[CATALOGUE].read_text("utf-8"))["hub"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"{plan[CATALOGUE]} names no hub") from error


def site_version(digests: dict[str, str]) -> str:
    """16 hex digits over all paths, contents and headers."""
    lines = [f"{sha256}  {path}\n" for path, sha256 in sorted(digests.items())]
    lines.append(json.dumps(HEADERS, sort_keys=True))
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:16]


def written(page: str, version: str, plan: Mapping[str, Path], digests: Mapping[str, str]) -> str:
    """The page as the site has it: its policy, its modules and their hashes, its version."""
    read = {name: functools.partial(path.read_text, "utf-8") for name, path in plan.items()}
    page = page_head.with_policy(page, HEADERS["Content-Security-Policy"])
    page = page_head.with_hashes(page_head.with_preloads(page, read), digests.__getitem__)
    return page_head.into_head(page, VERSION_META.format(version=version))


def place(source: Path, target: Path) -> bool:
    """Copy the file with its time; untouched, and False, where the copy is as the source is."""
    if target.is_file() and fingerprint(source) == fingerprint(target):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        shutil.copyfile(source, aside)
        info = source.stat()
        os.utime(aside, ns=(info.st_atime_ns, info.st_mtime_ns))
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
    return True


def compress(file: Path) -> bool:
    """Put a `.gz` beside the file if it is a tenth smaller; True if there is one now."""
    packed = file.with_name(file.name + ".gz")
    plain = file.stat()
    if packed.is_file() and packed.stat().st_mtime_ns == plain.st_mtime_ns:
        return True
    data = file.read_bytes()
    small = gzip.compress(data, 6, mtime=0)
    if len(small) > 0.9 * len(data):
        return False
    write_if_changed(packed, small)
    os.utime(packed, ns=(plain.st_atime_ns, plain.st_mtime_ns))
    return True


def sweep(out: Path, keep: set[str]) -> int:
    """Remove every file of `out` that is not to be kept, and folders left empty; how many."""
    gone = 0
    for parent, _, names in os.walk(out, topdown=False):
        for name in names:
            path = Path(parent) / name
            if path.relative_to(out).as_posix() not in keep:
                path.unlink()
                gone += 1
        if Path(parent) != out and not any(Path(parent).iterdir()):
            Path(parent).rmdir()
    return gone


def is_ours(out: Path) -> bool:
    """Whether a folder may be swept: it does not exist, is empty, or holds a site of ours."""
    return not out.exists() or (out / "precache.json").is_file() or not any(out.iterdir())


def build(
    root: Path, out: Path, cache: Cache, models: Path | None = None
) -> tuple[list[Entry], str, int]:
    """Bring `out` up to date. Entries of all files, the version, how many files changed."""
    plan = sources(root, models)
    digests = {name: digest(path, name, cache) for name, path in plan.items()}
    version = site_version(digests)
    entries, keep, changed = [], {"precache.json"}, 0
    for name, source in plan.items():
        target = out / name
        sha256, size = str(cache[name]["sha256"]), int(cache[name]["mark"][0])
        if name.endswith(".html") and "/" not in name:
            page = written(source.read_text("utf-8"), version, plan, digests).encode()
            changed += write_if_changed(target, page)
            sha256, size = hashlib.sha256(page).hexdigest(), len(page)
        else:
            changed += place(source, target)
        keep.add(name)
        # What did not pay once is not tried again until the file changes.
        if target.suffix in COMPRESSED and size >= 1024 and cache[name].get("gz", True):
            cache[name]["gz"] = compress(target)
            keep |= {name + ".gz"} if cache[name]["gz"] else set()
        if name not in NEVER_CACHED:
            entries.append(Entry(name, size, sha256, media_type(name)))
    for name in cache.keys() - plan.keys():
        del cache[name]
    record = {
        "version": version,
        "total": sum(entry.size for entry in entries),
        "headers": HEADERS,
        "special": site_headers(plan),
        "files": [
            {"path": entry.path, "size": entry.size, "sha256": entry.sha256, "type": entry.type}
            for entry in entries
        ],
    }
    changed += write_if_changed(
        out / "precache.json", json.dumps(record, indent=0).encode() + b"\n"
    )
    return entries, version, changed + sweep(out, keep)


def load_cache(path: Path) -> Cache:
    """Digests of the last run; empty if there are none that can be read."""
    try:
        cache = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return cache if isinstance(cache, dict) else {}


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Write the site to dist/.")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument(
        "--models",
        type=Path,
        metavar="FILE",
        help="a catalogue in place of static/models.json: other models, or a mirror of the hub",
    )
    options = parser.parse_args()
    if not is_ours(options.out):
        print(f"{options.out} holds something else; name an empty folder.", file=sys.stderr)
        return 1
    if missing := [name for name in REQUIRED if not (ROOT / name).is_file()]:
        print(f"Missing: {', '.join(missing)}. Run: make site", file=sys.stderr)
        return 1
    cache_path = ROOT / "build" / "site-digests.json"
    cache = load_cache(cache_path)
    try:
        bundle(ROOT, ROOT / "static" / "vendor" / "app")
        entries, version, changed = build(ROOT, options.out, cache, options.models)
        write_if_changed(cache_path, json.dumps(cache).encode())
    except (OSError, ValueError) as error:
        print(f"The site could not be written: {error}", file=sys.stderr)
        return 1
    size = sum(entry.size for entry in entries) / 1e6
    state = f"{changed} changed" if changed else "nothing changed"
    print(f"Site {version}: {len(entries)} files, {size:.0f} MB, {state}: {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
