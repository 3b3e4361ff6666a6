"""The command line as a person and a machine use it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.host import cli
from app.host.model_files import BUNDLED_MODEL

needs_model = pytest.mark.skipif(
    not (BUNDLED_MODEL / "onnx/model_quantized.onnx").is_file(), reason="run `make site` first"
)


@pytest.fixture
def folder(tmp_path):
    """A folder of three files, one of them bad, beside what is to be skipped."""
    notes = tmp_path / "notes"
    (notes / ".git").mkdir(parents=True)
    (notes / "node_modules").mkdir()
    (notes / ".git" / "config.txt").write_text("gold hidden")
    (notes / "node_modules" / "a.txt").write_text("gold installed")
    (notes / "gold.md").write_text("# Gold\n\nGold does not rust.\n")
    (notes / "silver.txt").write_text("Silver tarnishes in air.\n")
    return notes


def call(capsys, *arguments):
    """Exit code, standard output and standard error of a command."""
    code = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_index_and_search(folder, tmp_path, capsys):
    """A folder is indexed and searched; hidden and installed files are not in it."""
    index = tmp_path / "index"
    code, out, _ = call(capsys, "index", folder, "--index", index, "--embedder", "hash", "--json")
    report = json.loads(out)
    assert code == 0
    assert (report["added"], report["failed"]) == (2, [])
    assert report["stats"]["documents"] == 2
    common = ("--index", index, "--embedder", "hash")
    code, out, _ = call(capsys, "search", "rusting", *common, "--json")
    hits = json.loads(out)["hits"]
    assert code == 0
    assert hits[0]["path"].endswith("notes/gold.md")
    start, end = hits[0]["highlights"][0]
    assert hits[0]["text"][start:end] == "rust"
    code, out, _ = call(capsys, "search", "rust", *common)
    assert code == 0 and "Gold" in out and "notes/gold.md" in out
    code, out, err = call(capsys, "search", "platinum", *common, "--mode", "keyword")
    assert code == 1 and "Nothing found" in err


def test_what_was_meant(folder, tmp_path, capsys):
    """Words are corrected, and it is said; of rare ones that are two errors away it is asked."""
    for number in range(120):
        (folder / f"{number}.txt").write_text(f"Gold is numbered {number}.\n")
    (folder / "rare.txt").write_text("A gild of wolves, nubmered.\n")
    index = tmp_path / "index"
    call(capsys, "index", folder, "--index", index, "--embedder", "none")
    common = ("--index", index, "--embedder", "none")
    code, out, err = call(capsys, "search", "glod ", *common)
    assert code == 0 and "Gold" in out
    assert "“glod” is in no passage; searched for gold." in err
    assert "Did you mean" not in err
    code, out, err = call(capsys, "search", "glod ", *common, "--no-correct")
    assert code == 1 and "Did you mean “gold”?" in err
    code, out, err = call(capsys, "search", "gild ", *common, "--json")
    assert code == 0 and "“gild” is in few passages; searched for gold as well." in err
    hits, corrected = (json.loads(out)[name] for name in ("hits", "corrected"))
    assert hits[0]["path"].endswith("rare.txt") and hits[1]["title"] == "Gold"
    assert corrected == [{"from": "gild", "to": ["gold"], "start": 0, "end": 4, "known": True}]
    code, out, err = call(capsys, "search", "gild ", *common, "--no-correct", "--json")
    assert code == 0 and "Did you mean “gold”?" in err
    assert len(json.loads(out)["hits"]) == 1
    _, out, err = call(capsys, "search", "glod ", *common, "--json")
    assert json.loads(out)["corrected"][0]["known"] is False
    assert "Did you mean" not in call(capsys, "search", "gold", *common)[2]


@pytest.fixture
def indexed(tmp_path, capsys):
    """The folder of an index of three files in two folders."""
    for name, text in {
        "old/a10.md": "---\nauthor: Ada Lovelace\n---\n# Gold\n\nGold in the mine.\n",
        "old/A9.txt": "Gold and silver, and more of both than in the other files.\n",
        "new/b.txt": "The gold of the river.\n",
    }.items():
        path = tmp_path / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    index = tmp_path / "index"
    call(capsys, "index", tmp_path / "files", "--index", index, "--embedder", "none")
    return index


def test_scores_are_taken_apart(indexed, capsys):
    """For people in lines under each hit, for machines as they are."""
    common = ("--index", indexed, "--embedder", "none")
    code, out, _ = call(capsys, "search", "gold silver title:a10", *common, "--explain")
    assert code == 0
    assert " by words, of the passage:" in out
    assert "a10: title 1; in 2, idf " in out
    assert "–  silver: not in it" in out
    assert "not all words (" in out
    search = ("search", "gold", *common, "--explain", "--json")
    (hit, *_) = json.loads(call(capsys, *search)[1])["hits"]
    (term,) = hit["explanation"]["keyword"]["terms"]
    assert term["score"] == pytest.approx(hit["score"], rel=1e-5)
    plain = json.loads(call(capsys, "search", "gold", *common, "--json")[1])
    assert plain["hits"][0]["explanation"] is None


def test_facets_and_orders(indexed, capsys):
    """Counts with filters that can be pasted; orders by name and size; all words."""
    common = ("--index", indexed, "--embedder", "none")
    code, out, _ = call(capsys, "search", "gold", *common, "--facets")
    assert code == 0
    assert "3 documents match" in out
    for line in ("2  type:text", "1  type:markdown", '1  author:="Ada Lovelace"', "3  lang:en"):
        assert line in out
    search = ("search", "gold", *common, "--json", "--by-document")
    result = json.loads(call(capsys, *search, "--facets", "--sort", "name")[1])
    names = [hit["path"].rpartition("/")[2] for hit in result["hits"]]
    assert names == ["A9.txt", "a10.md", "b.txt"]
    assert result["documents"] == 3
    folders = result["facets"]["folder"]
    assert [(one["value"].rpartition("/")[2], one["count"]) for one in folders] == [
        ("old", 2),
        ("new", 1),
    ]
    query = f"{folders[0]['filter']} gold"
    narrowed = json.loads(call(capsys, "search", query, *common, "--json", "--by-document")[1])
    assert (len(narrowed["hits"]), narrowed["facets"]) == (2, None)
    smallest = json.loads(call(capsys, *search, "--sort", "size", "--order", "asc")[1])
    assert smallest["hits"][0]["path"].endswith("b.txt")
    code, out, _ = call(capsys, "search", "gold mine", *common, "--all-words")
    assert code == 0 and "a10.md" in out and "b.txt" not in out
    code, _, err = call(capsys, "search", "gold", *common, "--order", "asc")
    assert code == 2 and "relevance" in err


def test_problems_of_a_query_are_shown_at_their_place(indexed, capsys):
    """The query with its odd part marked, and what is wrong; the search goes on."""
    common = ("--index", indexed, "--embedder", "none")
    code, out, err = call(capsys, "search", 'gold "in the', *common)
    assert code == 0 and "a10.md" in out
    lines = err.splitlines()
    assert lines[:2] == ['  gold "in the', "       ^^^^^^^"]
    assert "The quotation mark at 6 is never closed." in lines[2]
    long = f"{'gold ' * 30}date:2024-13 東京 date:2024-14{' silver' * 30}"
    _, _, err = call(capsys, "search", long, *common)
    lines = err.splitlines()
    assert len(lines) == 6
    for line, marks, odd in ((*lines[0:2], "date:2024-13"), (*lines[3:5], "date:2024-14")):
        assert line.startswith("  …") and len(line) < 110
        assert marks.strip() == "^" * len(odd)
    assert lines[0][lines[1].index("^") :].startswith("date:2024-13")
    assert lines[3][lines[4].index("^") - 2 :].startswith("date:2024-14"), "東京 is twice as wide"
    result = json.loads(call(capsys, "search", "gold AND", *common, "--json")[1])
    assert [one["code"] for one in result["problems"]] == ["lonely-operator"]


def test_kept_in_step(folder, tmp_path, capsys):
    """A second run skips what is unchanged, replaces what changed, removes what is gone."""
    index = tmp_path / "index"
    common = ("index", folder, "--index", index, "--embedder", "none", "--json")
    call(capsys, *common)
    (folder / "silver.txt").unlink()
    (folder / "gold.md").write_text("# Gold\n\nGold is heavy.\n")
    (folder / "new.txt").write_text("Copper.")
    code, out, _ = call(capsys, *common)
    report = json.loads(out)
    counts = {name: report[name] for name in ("added", "updated", "skipped", "removed")}
    assert counts == {"added": 1, "updated": 1, "skipped": 0, "removed": 1}
    assert code == 0
    assert json.loads(call(capsys, *common)[1])["skipped"] == 2


def test_files_left_out(folder, tmp_path, capsys):
    """By patterns and by .gitignore; what they leave out of an index goes from it."""
    index = tmp_path / "index"
    common = ("index", folder, "--index", index, "--embedder", "none", "--json")
    (folder / ".gitignore").write_text("*.log\n")
    (folder / "a.log").write_text("lead")
    (folder / "b.tmp").write_text("tin")
    assert json.loads(call(capsys, *common)[1])["added"] == 4
    report = json.loads(call(capsys, *common, "--ignore", "*.tmp", "--gitignore")[1])
    assert [report[name] for name in ("added", "skipped", "removed", "ignored")] == [0, 2, 2, 5]
    out = call(capsys, *common[:-1], "--ignore", "*.tmp", "--ignore", "silver*")[1]
    assert "1 added" in out and "1 removed" in out
    assert "5 files and folders left out by rules" in out


def test_limits(folder, tmp_path, capsys):
    """Are set by name, with units; what is none is a wrong use."""
    common = ("index", folder, "--index", tmp_path / "index", "--embedder", "none")
    assert call(capsys, *common, "--limit", "text-bytes=1K")[0] == 0
    (folder / "long.txt").write_text("gold " * 300)
    code, _, err = call(capsys, *common, "--limit", "text-bytes=1K", "--limit", "pages=9")
    assert code == 1 and "too-large" in err
    for wrong in ("text-bites=1K", "pages=0"):
        assert call(capsys, *common, "--limit", wrong)[0] == 2
    with pytest.raises(SystemExit):
        call(capsys, *common, "--limit", "pages=many")


def test_failed_file(folder, tmp_path, capsys):
    """A bad file is named with its code; exit code 1; the rest is indexed."""
    (folder / "bad.txt").write_bytes(bytes(range(256)) * 30)
    common = ("index", folder, "--index", tmp_path / "index", "--embedder", "none")
    code, out, err = call(capsys, *common)
    assert code == 1
    assert "2 added" in out and "not-text" in err
    code, out, _ = call(capsys, *common, "--json")
    assert [failure["code"] for failure in json.loads(out)["failed"]] == ["not-text"]


@pytest.mark.parametrize(
    "arguments",
    [[], ["search"], ["dig"], ["search", "x", "--mode", "magic"], ["search", "x", "-k", "many"]],
)
def test_usage(arguments, capsys):
    """A command that is not understood is exit code 2 with the usage."""
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_bad_values(folder, tmp_path, capsys):
    """Values that are off are usage too; what is not there is 1; both in a sentence."""
    index = tmp_path / "index"
    call(capsys, "index", folder, "--index", index, "--embedder", "none")
    code, _, err = call(capsys, "search", "x", "-k", 0, "--index", index, "--embedder", "none")
    assert code == 2 and "k is 0" in err
    code, out, _ = call(capsys, "search", "x", "--index", tmp_path / "none", "--json")
    assert code == 1 and json.loads(out)["error"]["code"] == "not-found"
    code, _, err = call(capsys, "index", tmp_path / "nowhere", "--index", index)
    assert code == 1 and "nowhere" in err


def damage(index, suffix, place):
    """Flip a byte of the first file of that ending; its name."""
    file = min(f for f in index.iterdir() if f.name.startswith("seg-") and f.suffix == suffix)
    data = bytearray(file.read_bytes())
    data[place] ^= 255
    file.write_bytes(data)
    return file.name


def test_damaged_index(folder, tmp_path, capsys):
    """What is damaged is named by every command, and repaired by one."""
    index = tmp_path / "index"
    common = ("--index", index, "--embedder", "none")
    call(capsys, "index", folder, *common)
    name = damage(index, "", -1)
    code, _, err = call(capsys, "search", "gold", *common)
    assert code == 1
    assert name in err and "Add their files again" in err
    code, out, _ = call(capsys, "doctor", *common, "--json")
    (found,) = [one for one in json.loads(out)["checks"] if one["name"] == "index"]
    assert code == 1 and not found["ok"] and "python -m app repair" in found["hint"]
    code, out, err = call(capsys, "repair", *common)
    assert code == 1 and name in err and "documents were taken out" in out
    assert call(capsys, "repair", *common)[:2] == (0, "Nothing is damaged.\n")
    code, out, _ = call(capsys, "index", folder, *common)
    assert code == 0 and " 0 unchanged" in out
    assert call(capsys, "search", "gold", *common)[0] == 0


def test_check(folder, tmp_path, capsys):
    """Every byte is read; what is damaged is named, and the files to index again."""
    index = tmp_path / "index"
    common = ("--index", index, "--embedder", "hash")
    call(capsys, "index", folder, *common)
    code, out, _ = call(capsys, "check", *common)
    assert code == 0 and "2 documents, 2 passages" in out and "All is as it was written" in out
    name = damage(index, ".txt", 3)
    assert call(capsys, "search", "gold", *common, "--mode", "vector")[0] in (0, 1)
    code, out, err = call(capsys, "check", *common)
    assert code == 1 and name in err and "then index these files again" in out
    code, out, _ = call(capsys, "check", *common, "--json")
    found = json.loads(out)
    assert code == 1 and [one["kind"] for one in found["damage"]] == ["texts"]
    assert len(found["again"]) == 1
    call(capsys, "repair", *common)
    call(capsys, "index", folder, *common)
    assert call(capsys, "check", *common)[0] == 0


def test_damaged_texts(folder, tmp_path, capsys):
    """A passage that cannot be shown is told; repairing lists the files to index again."""
    index = tmp_path / "index"
    common = ("--index", index, "--embedder", "none")
    call(capsys, "index", folder, *common)
    for place in range(0, (index / "seg-00000001.txt").stat().st_size, 8):
        name = damage(index, ".txt", place)
    code, out, err = call(capsys, "search", "gold", *common)
    assert code == 0 and "cannot be shown" in out and name in err
    code, out, _ = call(capsys, "repair", *common, "--json")
    assert code == 1 and json.loads(out)["removed"]


def test_vacuum(folder, tmp_path, capsys):
    """What was removed is taken out of the files."""
    index = tmp_path / "index"
    common = ("--index", index, "--embedder", "none")
    call(capsys, "index", folder, *common)
    gone = next(file for file in folder.rglob("*.md"))
    text = gone.read_bytes()[-20:]
    gone.unlink()
    call(capsys, "index", folder, *common)
    code, out, _ = call(capsys, "vacuum", *common)
    assert code == 0 and "MB given back" in out
    assert not any(text in file.read_bytes() for file in index.iterdir())
    code, out, _ = call(capsys, "vacuum", "--index", tmp_path / "none", "--json")
    assert code == 1 and json.loads(out)["error"]["code"] == "not-found"


def test_audit(folder, tmp_path, capsys):
    """What searches by meaning find, in words and as JSON; without vectors there is nothing."""
    index = ("--index", tmp_path / "index")
    call(capsys, "index", folder, *index, "--embedder", "none")
    code, out, _ = call(capsys, "audit", *index)
    assert code == 1 and "words alone" in out
    index = ("--index", tmp_path / "hashed")
    call(capsys, "index", folder, *index, "--embedder", "hash")
    code, out, _ = call(capsys, "audit", *index)
    assert code == 0 and "100.0% of the nearest 10" in out and "nothing can be missed" in out
    code, out, _ = call(capsys, "audit", *index, "--sample", "2", "-k", "1", "--json")
    found = json.loads(out)
    assert code == 0
    assert (found["queries"], found["k"], found["reference"]) == (2, 1, "int8")
    code, out, _ = call(capsys, "audit", *index, "--sample", "0", "--json")
    assert code == 2 and json.loads(out)["error"]["code"] == "bad-option"


@pytest.fixture(scope="module")
def asked():
    """Names looked up and connections begun, by whatever of the process, while the test runs."""
    seen = []
    listening = [True]

    def hear(event, arguments):
        if listening and event in {"socket.connect", "socket.getaddrinfo", "urllib.Request"}:
            seen.append((event, arguments[1:]))

    sys.addaudithook(hear)  # there is no way to take it away again
    yield seen
    listening.clear()


@pytest.mark.parametrize(
    ("address", "way_out"),
    [
        ("https://example.org/a.pdf?b=1", "Fetch it into a file first"),
        ("HTTP://127.0.0.1:9/x", "Fetch it into a file first"),
        ("ftp://example.org", "Fetch it into a file first"),
        ("file:///nowhere/a", "Give its path alone: /nowhere/a"),
    ],
)
def test_addresses_are_refused(address, way_out, tmp_path, capsys, asked):
    """By a code and a way out, as they were typed; nobody is asked for them, nothing is made."""
    index = tmp_path / "index"
    common = (address, "--index", index, "--embedder", "none")
    code, out, _ = call(capsys, "index", *common, "--json")
    error = json.loads(out)["error"]
    assert code == 2 and error["code"] == "bad-option"
    assert error["message"].startswith(f"{address} is an address")
    assert error["hint"].startswith(way_out)
    code, _, err = call(capsys, "index", *common)
    assert code == 2 and "opens no connections" in " ".join(err.split())
    assert asked == [] and not index.exists()


def test_missing_model(folder, tmp_path, capsys):
    """Without model files `auto` goes on without them and says so; `transformer` insists."""
    common = ("index", folder, "--index", tmp_path / "index", "--model", tmp_path)
    code, _, err = call(capsys, *common)
    assert code == 0 and "make site" in err and "static vectors" in err
    code, _, err = call(capsys, *common, "--embedder", "transformer")
    assert code == 1 and "model-missing" in err


@needs_model
def test_reranked(folder, tmp_path, capsys):
    """The hits come in the order of the cross-encoder's scores; another model is refused."""
    pytest.importorskip("onnx")
    from app.host.onnx_reranker import OnnxReranker
    from tests.fixtures.cross_encoder import write_cross_encoder

    judge, index = tmp_path / "judge", tmp_path / "index"
    write_cross_encoder(BUNDLED_MODEL, judge)
    for number, text in enumerate(("in the river", "of a wedding ring", "leaves fell", "a mine")):
        (folder / f"{number}.txt").write_text(f"Gold {text}, which nobody had looked for there.")
    common = ("--index", index, "--embedder", "none")
    assert call(capsys, "index", folder, *common)[0] == 0
    search = ("search", "gold", *common, "--json", "--rerank")
    code, out, _ = call(capsys, *search, judge)
    hits = json.loads(out)["hits"]
    scores = [hit["legs"]["rerank"]["score"] for hit in hits]
    assert (code, len(hits), scores) == (0, 5, sorted(scores, reverse=True))
    reranker = OnnxReranker(judge)
    for hit, score in zip(hits, scores, strict=True):
        text = "\n".join([*hit["address"]["heading"], hit["text"]])
        alone = float(reranker.score_now("gold", [text])[0])
        # The dynamic scales of int8 depend on what shares the batch.
        assert score == pytest.approx(alone, abs=0.5 * (max(scores) - min(scores)))
    code, _, err = call(capsys, *search, BUNDLED_MODEL)
    assert code == 1 and "no reranker" in err
    code, _, err = call(capsys, *search, tmp_path / "none")
    assert code == 1 and "no model file" in err


def test_eval(tmp_path, capsys):
    """A judged collection gives the metrics by name, and timings."""
    (tmp_path / "qrels").mkdir()
    corpus = [("d1", "Gold does not rust."), ("d2", "Silver tarnishes."), ("d3", "Iron rusts.")]
    rows = [json.dumps({"_id": i, "title": "", "text": text}) for i, text in corpus]
    (tmp_path / "corpus.jsonl").write_text("\n".join(rows))
    (tmp_path / "queries.jsonl").write_text('{"_id": "q", "text": "silver"}\n')
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\td2\t1\n")
    for mode in ("keyword", "hybrid", "vector"):
        code, out, _ = call(
            capsys, "eval", "--data", tmp_path, "--mode", mode, "--embedder", "hash",
            "--cache", tmp_path / "cache", "--json",
        )  # fmt: skip
        answer = json.loads(out)
        assert code == 0
        assert (answer["documents"], answer["queries"], answer["mode"]) == (3, 1, mode)
        assert answer["nDCG@10"] == answer["MRR@10"] == answer["MAP"] == 1.0
        assert answer["recall@10"] == answer["recall@100"] == 1.0
        assert "total" in answer["timings"]["query_ms"]
    code, _, err = call(capsys, "eval", "--data", tmp_path / "none")
    assert code == 1 and "corpus.jsonl" in err


def test_doctor_names_what_is_missing(tmp_path, capsys):
    """The doctor's answer has one entry a check, and a way out for what is not well."""
    code, out, _ = call(capsys, "doctor", "--model", tmp_path, "--index", tmp_path / "i", "--json")
    checks = {check["name"]: check for check in json.loads(out)["checks"]}
    assert code == 1
    assert checks["store"]["ok"] and checks["Python"]["ok"] and checks["index"]["ok"]
    assert not checks["model"]["ok"] and "make site" in checks["model"]["hint"]


@needs_model
def test_doctor(tmp_path, capsys):
    """With the model built all is well."""
    code, out, _ = call(capsys, "doctor", "--index", tmp_path / "index")
    assert code == 0, out


@pytest.mark.lengthy
def test_as_a_program(folder, tmp_path):
    """`python -m app` is the command line."""
    command = [sys.executable, "-m", "app", "index", str(folder), "--index", str(tmp_path / "i")]
    done = subprocess.run(
        [*command, "--embedder", "none", "--json"], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["added"] == 2


def test_near_copies(tmp_path, capsys):
    """A search names them with the best, or shows them apart; `duplicates` lists all."""
    folder, index = tmp_path / "files", ("--index", tmp_path / "index", "--embedder", "none")
    folder.mkdir()
    text = "The claim at the upper ford was staked in spring and gave gold before the water fell."
    for name, version in (("a.txt", text), ("b.txt", f"{text} Twice."), ("c.txt", "gold leaf")):
        (folder / name).write_text(version)
    call(capsys, "index", folder, *index)
    code, out, _ = call(capsys, "search", "gold", *index, "--json")
    copies = {
        hit["path"]: [copy["path"] for copy in hit["near_copies"]]
        for hit in json.loads(out)["hits"]
    }
    assert code == 0 and sorted(map(len, copies.values())) == [0, 1]
    code, out, _ = call(capsys, "search", "gold", *index)
    assert "near-copy: " in out
    code, out, _ = call(capsys, "search", "gold", *index, "--no-collapse", "--diversity", "0.5")
    assert "near-copy: " not in out and all(name in out for name in ("a.txt", "b.txt", "c.txt"))
    code, out, err = call(capsys, "duplicates", *index)
    assert code == 0 and re.findall(r"\w\.txt", out) == ["a.txt", "b.txt"] * 2
    code, out, _ = call(capsys, "duplicates", *index, "--documents")
    assert code == 0 and re.findall(r"\w\.txt", out) == ["a.txt", "b.txt"]
    assert "100% the same" in out
    assert "1 near-copy in 1 group" in err
    code, out, _ = call(capsys, "duplicates", *index, "--json")
    paths = [each["path"] for each in json.loads(out)["groups"][0]["passages"]]
    assert [Path(path).name for path in paths] == ["a.txt", "b.txt"]
    assert call(capsys, "duplicates", *index, "--limit", "-1")[0] == 2
    assert call(capsys, "duplicates", "--index", tmp_path / "none")[0] == 1
