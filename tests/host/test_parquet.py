"""What is exported for others is read by them: pyarrow, DuckDB, FAISS."""

import json

import numpy as np
import pytest

from tests.host.test_portable_cli import call

TEXTS = {
    "gold.md": "# Gold\n\nGold does not rust, and miners pan for it in rivers.",
    "silver.txt": "Silver tarnishes in air.",
    "pasta.txt": "Pasta cooks for eight minutes in salted water.",
    "dogs.md": "# Dogs\n\nA puppy chews on shoes; hounds chase hares.",
}


@pytest.fixture
def index(tmp_path, capsys):
    """An index of some files."""
    notes = tmp_path / "notes"
    notes.mkdir()
    for name, text in TEXTS.items():
        (notes / name).write_text(text)
    call(capsys, "index", notes, "--index", tmp_path / "index", "--embedder", "hash")
    return tmp_path / "index"


def test_lines_in_duckdb(index, tmp_path, capsys):
    """DuckDB reads the lines as a table, and asks them questions."""
    duckdb = pytest.importorskip("duckdb")
    file = tmp_path / "a.jsonl"
    assert call(capsys, "export", index, file)[0] == 0
    rows = duckdb.sql(
        f"select title, len(vector), model from read_json('{file}') where text ilike '%rust%'"
    ).fetchall()
    assert rows == [("Gold", 256, "hash/1")]


def test_parquet_in_pyarrow_and_duckdb(index, tmp_path, capsys):
    """The columns are those that are documented, with their types, and what stands in the lines."""
    pytest.importorskip("pyarrow")
    from pyarrow import parquet

    file, lines = tmp_path / "a.parquet", tmp_path / "a.jsonl"
    code, out, _ = call(capsys, "export", index, file, "--json")
    assert code == 0 and json.loads(out)["chunks"] == 4
    call(capsys, "export", index, lines)
    table = parquet.read_table(file)
    assert table.schema.metadata[b"schema"] == b"fossick-chunks/1"
    assert str(table.schema.field("vector").type) == "list<element: float>"
    plain = {row["id"]: row for row in map(json.loads, lines.read_text().splitlines())}
    for row in table.to_pylist():
        other = plain[row["id"]]
        assert np.allclose(row.pop("vector"), other.pop("vector"), atol=1e-6)
        row["metadata"] = dict(row["metadata"])
        assert {name: value for name, value in row.items() if value is not None} == other
    duckdb = pytest.importorskip("duckdb")
    assert duckdb.sql(f"select count(*) from '{file}' where text like '%puppy%'").fetchall() == [
        (1,)
    ]


def test_vectors_in_faiss(index, tmp_path, capsys):
    """FAISS finds the nearest passages that Fossick finds."""
    pytest.importorskip("pyarrow")
    faiss = pytest.importorskip("faiss")
    from pyarrow import parquet

    file = tmp_path / "a.parquet"
    call(capsys, "export", index, file)
    table = parquet.read_table(file)
    vectors = np.array(table["vector"].to_pylist(), dtype=np.float32)
    flat = faiss.IndexFlatIP(vectors.shape[1])
    flat.add(vectors)
    from app.engine import HashEmbedder
    from tests.engine.helpers import run

    for query in ("gold rivers", "a puppy and shoes", "salted water for pasta"):
        asked = run(HashEmbedder().embed([query], "query"))
        scores, rows = flat.search(np.ascontiguousarray(asked), 4)
        theirs = [table["path"][int(row)].as_py() for row in rows[0]]
        common = ("--index", index, "--embedder", "hash", "--mode", "vector", "--json")
        _, out, _ = call(capsys, "search", query, *common)
        ours = [(hit["path"], hit["score"]) for hit in json.loads(out)["hits"]]
        assert ours[0][0] == theirs[0]
        assert abs(ours[0][1] - float(scores[0][0])) < 0.01


def test_without_pyarrow(index, tmp_path, capsys, monkeypatch):
    """Where it is not installed, that is said, and what can be had instead."""
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    code, _, err = call(capsys, "export", index, tmp_path / "a.parquet")
    assert code == 2 and "pip install pyarrow" in err and not (tmp_path / "a.parquet").exists()


def test_markdown(index, tmp_path, capsys):
    """One file, or a zip of them, by the name of the file."""
    assert call(capsys, "export", index, tmp_path / "llm.md")[0] == 0
    assert "Gold does not rust" in (tmp_path / "llm.md").read_text()
    code, out, _ = call(capsys, "export", index, tmp_path / "x.bin", "--format", "llm-zip")
    assert code == 0 and "4 documents" in out
