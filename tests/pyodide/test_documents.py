"""Files are read and cut the same on CPython and in Pyodide, and make the same index."""

from __future__ import annotations

import pytest

from tests.pyodide import index, probes, texts

QUERIES = ("burst pipe damage", "slugs", "egg on their feet", "doubling the delay", "zzz", "the")


@pytest.fixture(scope="module")
def library(root):
    """Path and bytes of the small files in the fixtures, and one of awkward text."""
    folder = root / "tests" / "fixtures" / "library"
    files = [(p.relative_to(folder).as_posix(), p) for p in sorted(folder.rglob("*"))]
    found = [(name, path.read_bytes()) for name, path in files if path.is_file()]
    assert len(found) > 20
    every_script = "\n\n".join(texts.SCRIPTS.values())
    return [*found, ("scripts.txt", every_script.encode())]


def test_documents(same, library):
    """Canonical texts, blocks and metadata; codes of files that cannot be read."""
    odd = [
        ("latin.txt", "Grüße, naïve façade – “quoted”".encode("cp1252")),
        ("utf16.txt", "\ufeffGold is heavy".encode("utf-16-le")),
        ("empty.txt", b""),
        ("binary.txt", bytes(range(256)) * 8),
        ("page.html", b"<p>One<p>Two &amp; &#x1F600;<script>x</script><table><tr><td>a<td>b"),
    ]
    same(probes.documents_of, [*library, *odd])


def test_chunks(same, library, vocabulary):
    """Boundaries and addresses of chunks."""
    chunks = same(probes.chunked, library, vocabulary)
    assert sum(map(len, chunks)) > 100


def test_index_files(same, library):
    """Segments, texts, tombstones and manifest are the same bytes."""
    files = same(index.made, library, ["notes/garden.md", "scripts.txt"])
    assert any(name.startswith("seg") for name in files)


def test_indexes_travel(pyodide, on_cpython, library):
    """An index made on one side is searched on the other, and answers as it does at home."""
    here = on_cpython(index.made, library, ["notes/garden.md"])
    there = pyodide.call(index.made, library, ["notes/garden.md"])
    at_home = on_cpython(index.searched, here, QUERIES)
    assert pyodide.call(index.searched, here, QUERIES) == at_home
    assert on_cpython(index.searched, there, QUERIES) == at_home
