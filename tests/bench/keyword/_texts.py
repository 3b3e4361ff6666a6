"""The texts and queries of the keyword measurement, the same at every run.

`scifact` is the judged collection. `chunks` cuts about 100 words a piece from the corpora in
FOSSICK_DATA (a novel, the book on Rust, Git's sources and documentation, MedQuAD, and the English
texts of the judged collections), then a second time half a piece further on if the first cut did
not give enough, and drops what is there already.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from _queries import KINDS, TIMED, WARM, Queries

from app.core.evaluation import load_beir

PIECE, SHORTEST = 100, 20
"""Words of a chunk, and of the shortest that is worth one."""

_QUESTION = re.compile(r"<Question[^>]*>(.*?)</Question>\s*<Answer>(.*?)</Answer>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Texts:
    """A collection to be indexed and what it is asked."""

    name: str
    ids: list[str]
    titles: list[str]
    """All empty where texts have none."""
    texts: list[str]
    warm: Mapping[str, list[str]]
    """Queries that are asked first and not timed, by kind."""
    queries: Mapping[str, list[str]]
    """What is timed: words, the words of a phrase, or one word, without any engine's syntax."""
    judged: Mapping[str, str] = field(default_factory=dict)
    """Queries with judgements, by id."""

    @property
    def bytes(self) -> int:
        """UTF-8 of titles and texts."""
        return sum(len(text.encode()) for text in (*self.titles, *self.texts))

    def passages(self) -> bytes:
        """The JSON that the workers fetch."""
        return json.dumps(
            {"ids": self.ids, "titles": self.titles, "texts": self.texts}, ensure_ascii=False
        ).encode()

    def asked(self) -> dict[str, object]:
        """What the workers are asked."""
        return {"warm": self.warm, "timed": self.queries}


def scifact(data: Path) -> Texts:
    """The judged collection; its own queries are timed, stretches of its texts warm up."""
    judged = load_beir(data / "eval" / "scifact")
    texts = [document.text for document in judged.documents]
    made = Queries(texts)
    return Texts(
        "scifact",
        [document.id for document in judged.documents],
        [document.title for document in judged.documents],
        texts,
        {kind: made.of(kind, WARM[kind]) for kind in KINDS},
        {
            **{kind: made.of(kind, TIMED[kind]) for kind in KINDS},
            "words": list(judged.queries.values()),
        },
        judged.queries,
    )


def chunks(data: Path, number: int, cache: Path) -> Texts:
    """`number` different chunks in the order of their hashes; kept in `cache`."""
    made_by = (Path(__file__), Path(__file__).with_name("_queries.py"))
    code = b"".join(path.read_bytes() for path in made_by)
    stamp = hashlib.sha256(code).hexdigest()[:12]
    kept = cache / f"keyword-{number}-{stamp}.json"
    if kept.is_file():
        return Texts(**json.loads(kept.read_text("utf-8")))
    ordered = _cut(data, number)
    made = Queries(ordered)
    texts = Texts(
        f"{number} chunks",
        [f"c{at}" for at in range(len(ordered))],
        [""] * len(ordered),
        ordered,
        {kind: made.of(kind, WARM[kind]) for kind in KINDS},
        {kind: made.of(kind, TIMED[kind]) for kind in KINDS},
    )
    cache.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(asdict(texts), ensure_ascii=False), "utf-8")
    return texts


def _cut(data: Path, number: int) -> list[str]:
    """The chunks, mixed; a smaller number of them is a sample of all sources too."""
    documents = list(_documents(data))
    found: dict[str, None] = {}
    for shift in (0, PIECE // 2, PIECE // 4, 3 * PIECE // 4):
        pieces = {piece for document in documents for piece in _pieces(document, shift)}
        found.update(dict.fromkeys(sorted(pieces, key=_digest)))
        if len(found) >= number:
            break
    else:
        print(f"There are only {len(found):,} chunks in {data}.", file=sys.stderr)
    return sorted(list(found)[:number], key=_digest)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _documents(data: Path) -> Iterator[str]:
    """Whole texts, source by source."""
    corpora, judged = data / "corpora", data / "eval"
    if not corpora.is_dir():
        print(f"There are no corpora in {data}; set FOSSICK_DATA.", file=sys.stderr)
        sys.exit(0)
    yield (corpora / "War-and-Peace_2600.txt").read_text("utf-8", "replace")
    for name in ("rust-book", "git-source-and-docs"):
        yield from _members(corpora / f"{name}.zip")
    for document in _members(corpora / "medquad-xml.zip"):
        for question, answer in _QUESTION.findall(document):
            if answer.strip():
                yield html.unescape(f"{question.strip()}\n{answer.strip()}")
    for path in sorted((judged / "chunking_eval" / "corpora").glob("*.md")):
        yield path.read_text("utf-8")
    for name in ("cranfield", "scifact", "cosqa_code", "xquad/en"):
        for document in load_beir(judged / name).documents:
            yield f"{document.title}\n{document.text}"


def _members(archive: Path) -> Iterator[str]:
    with zipfile.ZipFile(archive) as members:
        for name in sorted(members.namelist()):
            content = members.read(name)
            if content and b"\0" not in content:
                yield content.decode("utf-8", "replace")


def _pieces(document: str, shift: int) -> Iterator[str]:
    """Stretches of about `PIECE` words from word `shift` on."""
    words = [match.span() for match in re.finditer(r"\S+", document)][shift:]
    if len(words) < SHORTEST:
        return
    number = max(1, round(len(words) / PIECE))
    for at in range(number):
        part = words[len(words) * at // number : len(words) * (at + 1) // number]
        yield document[part[0][0] : part[-1][1]]


def described(texts: Texts) -> str:
    """One line on what is measured."""
    words = sum(len(text.split()) for text in texts.texts) / len(texts.texts)
    return f"{len(texts.ids):,} texts, {texts.bytes / 1e6:.1f} MB, {words:.0f} words each"


def share(found: Iterable[object]) -> str:
    """How many of the queries found anything, "50 of 50"."""
    rows = list(found)
    return f"{sum(map(bool, rows))} of {len(rows)}"
