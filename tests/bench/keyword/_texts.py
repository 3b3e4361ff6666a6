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
import random
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from app.core.analysis import is_stop
from app.core.evaluation import load_beir

PIECE, SHORTEST = 100, 20
"""Words of a chunk, and of the shortest that is worth one."""

KINDS = ("words", "phrase", "fuzzy", "prefix", "wildcard")
WARM = {"words": 50, "phrase": 10, "fuzzy": 10, "prefix": 10, "wildcard": 10}
TIMED = {"words": 200, "phrase": 50, "fuzzy": 50, "prefix": 50, "wildcard": 50}

_WORD = re.compile(r"[a-z]{3,}")
_ROW = re.compile(r"(?<![\w'’.-])[a-z]{2,}(?: [a-z]{2,}){1,3}(?![\w'’.-])")
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
        return {"warm": self.warm, "timed": self.queries, "judged": list(self.judged.values())}


def scifact(data: Path) -> Texts:
    """The judged collection; its own queries are timed, stretches of its texts warm up."""
    judged = load_beir(data / "eval" / "scifact")
    texts = [document.text for document in judged.documents]
    made = _Queries(texts)
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
    stamp = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    kept = cache / f"keyword-{number}-{stamp}.json"
    if kept.is_file():
        return Texts(**json.loads(kept.read_text("utf-8")))
    ordered = _cut(data, number)
    made = _Queries(ordered)
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


class _Queries:
    """Makes queries of the words that stand in texts; no two of a kind are the same."""

    def __init__(self, texts: list[str]) -> None:
        self._texts = texts
        self._chance = random.Random(20261121)
        self._frequency: Counter[str] = Counter()
        for text in texts:
            self._frequency.update(set(_WORD.findall(text.lower())))
        ordered = sorted(self._frequency)
        common = max(20, len(texts) // 50)
        self._frequent = [
            word
            for word in ordered
            if self._frequency[word] >= common and not is_stop(word, "en") and len(word) > 3
        ]
        self._rare = [word for word in ordered if 2 <= self._frequency[word] <= 50]
        self._usual = [word for word in ordered if 5 <= self._frequency[word] < common]
        self._made: dict[str, set[str]] = {kind: set() for kind in KINDS}

    def of(self, kind: str, number: int) -> list[str]:
        """The next `number` queries of a kind."""
        make = getattr(self, f"_{kind}")
        made, known = [], self._made[kind]
        while len(made) < number:
            query = make(len(known))
            if query and query not in known:
                known.add(query)
                made.append(query)
        return made

    def _words(self, at: int) -> str:
        """Two to six words: in turn of one chunk, and rare ones beside frequent ones."""
        length = 2 + at // 2 % 5
        if at % 2:
            rare = self._chance.sample(self._rare, max(1, length // 3))
            words = rare + self._chance.sample(self._frequent, length - len(rare))
            self._chance.shuffle(words)
            return " ".join(words)
        words = list(dict.fromkeys(_WORD.findall(self._chance.choice(self._texts).lower())))
        if len(words) < 12:
            return ""
        chosen = sorted(self._chance.sample(range(len(words)), length))
        return " ".join(words[place] for place in chosen)

    def _phrase(self, _at: int) -> str:
        rows = _ROW.findall(self._chance.choice(self._texts))
        row = self._chance.choice(rows) if rows else ""
        return row if any(not is_stop(word, "en") for word in row.split()) else ""

    def _fuzzy(self, _at: int) -> str:
        """A word with one letter left out, put in, replaced or swapped; never the first."""
        word = self._chance.choice(self._usual)
        if not 6 <= len(word) <= 12:
            return ""
        at, letter = self._chance.randrange(1, len(word) - 1), self._chance.choice("aeiourstln")
        wrong = self._chance.choice(
            [
                word[:at] + word[at + 1 :],
                word[:at] + letter + word[at:],
                word[:at] + letter + word[at + 1 :],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            ]
        )
        return "" if wrong in self._frequency else wrong

    def _prefix(self, at: int) -> str:
        word = self._chance.choice(self._usual)
        return word[: 3 + at % 3] if len(word) >= 7 else ""

    def _wildcard(self, at: int) -> str:
        word = self._chance.choice(self._usual)
        if len(word) < 9:
            return ""
        start = self._chance.randrange(1, len(word) - 5)
        return word[start : start + 4 + at % 2]


def described(texts: Texts) -> str:
    """One line on what is measured."""
    words = sum(len(text.split()) for text in texts.texts) / len(texts.texts)
    return f"{len(texts.ids):,} texts, {texts.bytes / 1e6:.1f} MB, {words:.0f} words each"


def share(found: Iterable[object]) -> str:
    """How many of the queries found anything, "50 of 50"."""
    rows = list(found)
    return f"{sum(map(bool, rows))} of {len(rows)}"
