"""The record of what is vendored: `MANIFEST.json` and the page of third-party notices.

Each script that vendors something leaves a *fragment* in `build/vendor/`: the hash of its inputs,
the packages it placed and their licence texts. The manifest and the page are made from all
fragments, so that scripts do not depend on the order in which they run.
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vendor_fetch import sha256, written_aside

FRAGMENTS = ("assets", "encoder", "kernels", "model")
NOTICES_FILE = "ThirdPartyNotices.txt"
"""A vendored file of this name is linked from the page instead of standing in it."""


@dataclass(frozen=True, slots=True)
class Package:
    """One third-party package in the site."""

    name: str
    version: str
    licence: str
    """An SPDX expression."""
    homepage: str
    files: tuple[dict[str, Any], ...]
    """Path below static/vendor, size in bytes and SHA-256 of each file, sorted by path."""
    texts: tuple[str, ...]
    """Full licence texts, for the notices page."""
    inside: str = ""
    """The package whose files contain this one, when it has none of its own."""


def describe(folder: Path, paths: Iterable[str]) -> tuple[dict[str, Any], ...]:
    """Size and SHA-256 of each path below `folder`, sorted by path."""
    return tuple(
        {"path": path, "size": (folder / path).stat().st_size, "sha256": sha256(folder / path)}
        for path in sorted(paths)
    )


def inputs_digest(paths: Iterable[Path]) -> str:
    """One SHA-256 over the names and bytes of the files that decide what is vendored."""
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.name):
        digest.update(f"{path.name} {sha256(path)}\n".encode())
    return digest.hexdigest()


class Record:
    """The fragments in `build/vendor`, and what `static/vendor` should hold by them."""

    def __init__(self, root: Path) -> None:
        self.vendor = root / "static" / "vendor"
        self.fragments = root / "build" / "vendor"

    def is_current(self, fragment: str, inputs: str, *, thorough: bool = False) -> bool:
        """Whether the fragment was made from these inputs and its files are there, whole.

        Sizes are compared, and with `thorough` the hashes.
        """
        kept = self._read(fragment)
        if kept is None or kept["inputs"] != inputs:
            return False
        published = ("MANIFEST.json", "NOTICES.html")
        if not all((self.vendor / name).is_file() for name in published):
            return False
        files = [file for package in kept["packages"] for file in package["files"]]
        return all(self._is_whole(file, thorough) for file in files)

    def _is_whole(self, file: dict[str, Any], thorough: bool) -> bool:
        path = self.vendor / file["path"]
        if not path.is_file() or path.stat().st_size != file["size"]:
            return False
        return not thorough or sha256(path) == file["sha256"]

    def _read(self, fragment: str) -> dict[str, Any] | None:
        try:
            kept = json.loads((self.fragments / f"{fragment}.json").read_text("utf-8"))
        except (OSError, ValueError):
            return None
        return kept if isinstance(kept, dict) and {"inputs", "packages"} <= kept.keys() else None

    def paths(self, fragment: str) -> set[str]:
        """The fragment's files, relative to `static/vendor`; none if it was not made yet."""
        kept = self._read(fragment) or {"packages": []}
        return {file["path"] for package in kept["packages"] for file in package["files"]}

    def forget(self, fragment: str) -> None:
        """Drop a fragment before its files are changed: a run cut off here is done again."""
        (self.fragments / f"{fragment}.json").unlink(missing_ok=True)

    def keep(self, fragment: str, inputs: str, packages: Iterable[Package]) -> None:
        """Write the fragment, then the manifest and the notices of everything vendored."""
        rows = [asdict(package) for package in packages]
        _write_json(self.fragments / f"{fragment}.json", {"inputs": inputs, "packages": rows})
        self._publish()

    def _publish(self) -> None:
        kept = [self._read(fragment) for fragment in FRAGMENTS]
        packages = [package for fragment in kept if fragment for package in fragment["packages"]]
        packages.sort(key=lambda package: package["name"].lstrip("@").lower())
        with written_aside(self.vendor / "NOTICES.html") as part:
            part.write_text(notices(packages), "utf-8")
        rows = [{k: v for k, v in package.items() if k != "texts"} for package in packages]
        _write_json(self.vendor / "MANIFEST.json", {"packages": rows})


def _write_json(path: Path, value: object) -> None:
    with written_aside(path) as part:
        part.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")


_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Third-party notices · Fossick</title>
</head>
<body>
<main>
<h1>Third-party notices</h1>
<p>Fossick holds the following software and data of others, each under its own licence.</p>
<ul>
{contents}
</ul>
{sections}
</main>
</body>
</html>
"""


def notices(packages: Iterable[dict[str, Any]]) -> str:
    """The page of notices: no script, no style, nothing loaded, so that any policy allows it."""
    rows = list(packages)
    contents = [
        f'<li><a href="#{_anchor(row)}">{_title(row)}</a> ({html.escape(row["licence"])})</li>'
        for row in rows
    ]
    return _PAGE.format(contents="\n".join(contents), sections="\n".join(map(_section, rows)))


def _anchor(row: dict[str, Any]) -> str:
    return html.escape(row["name"].lstrip("@").replace("/", "-"), quote=True)


def _link(path: str) -> str:
    address = html.escape(path, quote=True)
    return f'<p>It contains other software in turn: <a href="{address}">{address}</a></p>'


def _title(row: dict[str, Any]) -> str:
    return html.escape(f"{row['name']} {row['version']}")


def _section(row: dict[str, Any]) -> str:
    lines = [f'<section id="{_anchor(row)}">', f"<h2>{_title(row)}</h2>"]
    about = f"Licence: {html.escape(row['licence'])}."
    if row["inside"]:
        about += f" Part of {html.escape(row['inside'])}."
    if row["homepage"]:
        address = html.escape(row["homepage"], quote=True)
        about += f' <a href="{address}" rel="noreferrer">{address}</a>'
    lines.append(f"<p>{about}</p>")
    lines += [_link(file["path"]) for file in row["files"] if file["path"].endswith(NOTICES_FILE)]
    lines += [f"<pre>{html.escape(text)}</pre>" for text in row["texts"]]
    return "\n".join([*lines, "</section>"])
