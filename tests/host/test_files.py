"""Walking folders."""

import asyncio

import pytest

from app.host.files import FileSource, sources, walk


def test_walk(tmp_path):
    """In order of name, without what is hidden, installed, or a link to a folder."""
    for name in ("b/two.txt", "a/one.txt", ".git/x", "a/node_modules/y", "b/.hidden", "z.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "b" / "loop").symlink_to(tmp_path)
    found = [str(path.relative_to(tmp_path)) for path in walk(tmp_path)]
    assert found == ["z.txt", "a/one.txt", "b/two.txt"]
    assert list(walk(tmp_path / "z.txt")) == [tmp_path / "z.txt"]


def test_sources(tmp_path):
    """Each file once, by absolute path, with size and time."""
    (tmp_path / "a.txt").write_text("gold")
    (found,) = sources([tmp_path, tmp_path / "a.txt"]).sources
    assert found.path == (tmp_path / "a.txt").as_posix()
    assert found.size == 4 and found.modified > 0
    assert asyncio.run(found.read()) == b"gold"


def test_vanished(tmp_path):
    """A file that is gone has no size, and an error when it is read."""
    gone = FileSource.of(tmp_path / "gone.txt")
    assert gone.size is None and gone.modified is None
    with pytest.raises(FileNotFoundError):
        asyncio.run(gone.read())
