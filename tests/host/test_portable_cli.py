"""Portable files by the command line: written, searched where they lie, made an index again."""

import json
import zipfile

import pytest

from app.host import cli


@pytest.fixture
def index(tmp_path, capsys):
    """An index of two files."""
    notes = tmp_path / "notes"
    (notes / "letters").mkdir(parents=True)
    (notes / "gold.md").write_text("# Gold\n\nGold does not rust.\n")
    (notes / "letters" / "silver.txt").write_text("Silver tarnishes in air.\n")
    call(capsys, "index", notes, "--index", tmp_path / "index", "--embedder", "hash")
    return tmp_path / "index"


def call(capsys, *arguments):
    """Exit code, standard output and standard error of a command."""
    code = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def hits(capsys, query, *place):
    """Paths and scores that a search in JSON answers with."""
    _, out, _ = call(capsys, "search", query, "--embedder", "hash", "--json", *place)
    return [(hit["path"], hit["score"]) for hit in json.loads(out)["hits"]]


def test_there_and_back(index, tmp_path, capsys):
    """What was exported is found where it lies, and in the index that it is made into."""
    file, other = tmp_path / "a.fossick", tmp_path / "other"
    code, out, _ = call(capsys, "export", index, file, "--json")
    report = json.loads(out)
    assert code == 0
    assert (report["documents"], report["left_out"]) == (2, [])
    assert report["bytes"] == file.stat().st_size
    before = hits(capsys, "rust silver", "--index", index)
    assert len(before) == 2
    assert hits(capsys, "rust silver", "--from", file) == before
    code, out, _ = call(capsys, "import", file, other)
    assert code == 0 and "2 documents" in out
    assert hits(capsys, "rust silver", "--index", other) == before
    code, _, err = call(capsys, "import", file, other)
    assert code == 2 and "collection-exists" in err
    assert call(capsys, "import", file, other, "--overwrite")[0] == 0
    assert hits(capsys, "rust silver", "--index", other) == before


def test_other_programs_can_look_into_it(index, tmp_path, capsys):
    """It is a zip file that names what is in it, and its checksums are those of zip as well."""
    file = tmp_path / "a.fossick"
    call(capsys, "export", index, file)
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert archive.read("mimetype") == b"application/x-fossick"
        told = json.loads(archive.read("manifest.json"))
    assert (told["format"], told["version"], told["collection"]) == ("fossick-portable", 1, "index")
    assert told["models"] == ["hash/1"] and told["created"].endswith("+00:00")


def test_a_portion(index, tmp_path, capsys):
    """One folder alone, without vectors."""
    file = tmp_path / "a.fossick"
    folder = tmp_path / "notes" / "letters"
    code, out, _ = call(capsys, "export", index, file, "--source", folder, "--no-vectors")
    assert code == 0 and out.startswith("1 documents")
    assert [path for path, _ in hits(capsys, "gold or air", "--from", file)] == [
        str(folder / "silver.txt")
    ]


def test_what_is_refused(index, tmp_path, capsys):
    """Files that are there are kept, what is missing or no such file is named."""
    file = tmp_path / "a.fossick"
    file.write_text("mine")
    code, _, err = call(capsys, "export", index, file)
    assert code == 2 and "is there already" in err and file.read_text() == "mine"
    assert call(capsys, "export", tmp_path / "none", tmp_path / "b.fossick")[0] == 1
    assert call(capsys, "export", tmp_path, tmp_path / "b.fossick")[0] == 1
    code, _, err = call(capsys, "import", file, tmp_path / "other")
    assert code == 1 and "unsupported" in err and not (tmp_path / "other").exists()
    assert call(capsys, "search", "x", "--from", tmp_path / "none")[0] == 1
    assert call(capsys, "export", index, tmp_path / "c", "--no-words", "--no-vectors")[0] == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.fossick", "index", "notes"]
    assert call(capsys, "export", index, file, "--force")[0] == 0
    assert zipfile.is_zipfile(file)
