"""The record of what is vendored, and the page of notices made from it."""

from __future__ import annotations

import json
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "pyodide_build"))

from vendor_manifest import Package, Record, describe, inputs_digest, notices


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """A record over an empty project."""
    (tmp_path / "static" / "vendor").mkdir(parents=True)
    return Record(tmp_path)


def package(record: Record, name: str, content: str) -> Package:
    """A package of one vendored file."""
    (record.vendor / f"{name}.js").write_text(content)
    files = describe(record.vendor, [f"{name}.js"])
    return Package(name, "1.0", "MIT", "https://example.org/?a=1&b=2", files, (f"Text of {name}",))


def test_fragments_make_one_manifest(record: Record) -> None:
    """Two scripts, run in any order, leave one sorted list without the licence texts."""
    record.keep("model", "m", [package(record, "zeta", "z")])
    record.keep("assets", "a", [package(record, "alpha", "a")])
    manifest = json.loads((record.vendor / "MANIFEST.json").read_text())
    assert [row["name"] for row in manifest["packages"]] == ["alpha", "zeta"]
    assert manifest["packages"][0] == {
        "name": "alpha",
        "version": "1.0",
        "licence": "MIT",
        "homepage": "https://example.org/?a=1&b=2",
        "files": [
            {
                "path": "alpha.js",
                "size": 1,
                "sha256": "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
            }
        ],
        "inside": "",
    }


def test_what_makes_a_record_stale(record: Record) -> None:
    """Other inputs, a missing or cut-off file, and with `thorough` a changed byte."""
    record.keep("assets", "inputs", [package(record, "alpha", "aaaa")])
    assert record.is_current("assets", "inputs", thorough=True)
    assert not record.is_current("assets", "other")
    assert not record.is_current("model", "inputs")
    file = record.vendor / "alpha.js"
    file.write_text("aaab")
    assert record.is_current("assets", "inputs")
    assert not record.is_current("assets", "inputs", thorough=True)
    file.write_text("aaa")
    assert not record.is_current("assets", "inputs")
    file.unlink()
    assert not record.is_current("assets", "inputs")


@pytest.mark.parametrize("name", ["MANIFEST.json", "NOTICES.html"])
def test_a_lost_page_is_made_again(record: Record, name: str) -> None:
    """Without the manifest or the notices nothing counts as done."""
    record.keep("assets", "inputs", [package(record, "alpha", "a")])
    (record.vendor / name).unlink()
    assert not record.is_current("assets", "inputs")


def test_a_run_that_was_cut_off_is_done_again(record: Record) -> None:
    """The fragment goes before the files are touched, and a damaged one counts as none."""
    record.keep("assets", "inputs", [package(record, "alpha", "a")])
    record.forget("assets")
    assert not record.is_current("assets", "inputs")
    (record.fragments / "assets.json").write_text('{"inputs": "inputs", "pack')
    assert not record.is_current("assets", "inputs")


def test_inputs_are_names_and_bytes(tmp_path: Path) -> None:
    """The digest does not hang on the order or the folder, but on every byte."""
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text("1")
    two.write_text("2")
    before = inputs_digest([one, two])
    assert inputs_digest([two, one]) == before
    two.write_text("3")
    assert inputs_digest([one, two]) != before


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}


def test_the_notices_page_is_inert() -> None:
    """Texts are escaped; there is no script, no style and nothing that loads by itself."""
    rows = [
        {
            "name": "@scope/<b>",
            "version": "1",
            "licence": "MIT",
            "homepage": 'https://example.org/"><script>',
            "files": [{"path": "x/ThirdPartyNotices.txt"}, {"path": "x/y.js"}],
            "texts": ["</pre><script>alert(1)</script> & more"],
            "inside": "@scope/outer",
        }
    ]
    page = notices(rows)
    seen = _Tags()
    seen.feed(page)
    assert not {"script", "style", "link", "img", "b"} & set(seen.tags)
    assert not {name for name in seen.attributes if name.startswith("on") or name == "style"}
    assert "&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page
    assert 'href="x/ThirdPartyNotices.txt"' in page
    assert "Part of @scope/outer." in page
