"""Gather texts of many kinds to learn static vectors from, a JSON string a line.

    python pyodide_build/static_model/gather_texts.py FOLDER ... > TEXTS.jsonl

A folder holds what `dpkg -x` unpacks of Debian's packages wordnet-base, dict-gcide, dict-foldoc and
of documentation in English, or any other texts, programs and archives of them. Of each kind and
each source a limited number is taken, so that none outweighs all others.
"""

from __future__ import annotations

import gzip
import html
import json
import random
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

FEWEST, MOST = 20, 900
"""Characters of a text."""
LENGTHS = (1, 1, 2, 3, 5, 8)
"""Sentences that a passage may have."""
LIMITS = {"wordnet": 120_000, "gcide": 90_000, "medquad": 80_000, "code": 35_000, "novel": 15_000}
OTHERS = 7_000
"""Texts of any other source."""
LETTERS = 0.45
"""Share of letters below which a text is a table or a drawing."""

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(])")
_UNSEEN = re.compile(r"<(script|style)[^>]*>.*?</\1>|<!--.*?-->", re.DOTALL)
_BLOCK = re.compile(r"</?(?:p|div|li|h[1-6]|t[dhr]|d[dt]|pre|title|br|[uo]l|table|item)[^>]*>")
_FUNCTION = re.compile(r"\n(?=\s*(?:def |class |async def |/\*|[a-z][^\n;]*\)\n\{))")
_DOCSTRING = re.compile(r'"""(.*?)"""', re.DOTALL)
_ELSEWHERE = re.compile(
    r"[./](?:ar|cs|da|de|el|es|fa|fi|fr|hu|id|it|ja|ko|n[blo]|pl|pt|ro|ru|s[krv]|tr|uk|vi|zh)"
    r"(?:[-_][A-Za-z]+)?(?:[./]|$)"
)
_chance = random.Random(1)


def passages(text: str) -> Iterator[str]:
    """Paragraphs, cut into passages of one sentence to several."""
    for paragraph in re.split(r"\n\s*\n", text):
        sentences, at = _SENTENCE.split(" ".join(paragraph.split())), 0
        while at < len(sentences):
            size = _chance.choice(LENGTHS)
            yield " ".join(sentences[at : at + size])
            at += size


def glosses(text: str) -> Iterator[str]:
    """Meanings of words and examples, of a data file of WordNet."""
    for line in text.splitlines():
        left, bar, gloss = line.partition(" | ")
        if not bar or line.startswith("  "):
            continue
        fields = left.split()
        words = [fields[4 + 2 * at].replace("_", " ") for at in range(int(fields[3], 16))]
        meaning, *examples = re.split(r";\s*(?=\")", gloss.strip())
        yield f"{', '.join(words)}: {meaning}" if _chance.random() < 0.5 else meaning
        if _chance.random() < 0.35:
            yield ", ".join(words)
        yield from (example.strip('"') for example in examples)


def entries(text: str) -> Iterator[str]:
    """Articles of a dictionary for dictd, without its marks."""
    for entry in re.split(r"\n(?=\S)", text):
        yield from passages(re.sub(r"\[[^\]]{0,60}\]|\\[^\\]{0,80}\\", " ", entry))


def program(text: str) -> Iterator[str]:
    """Functions, and what is said about them."""
    yield from (part[: _chance.choice((200, 500, MOST))] for part in _FUNCTION.split(text))
    for found in _DOCSTRING.findall(text):
        yield from passages(found)


def marked_up(text: str) -> Iterator[str]:
    """What a page of HTML or XML says."""
    seen = _BLOCK.sub("\n\n", " ".join(_UNSEEN.sub(" ", text).split()))
    return passages(html.unescape(re.sub(r"<[^>]+>", " ", seen)))


_READERS: dict[str, Callable[[str], Iterator[str]]] = {
    **dict.fromkeys((".noun", ".verb", ".adj", ".adv"), glosses),
    **dict.fromkeys((".html", ".htm", ".xml", ".page"), marked_up),
    **dict.fromkeys((".py", ".c", ".h", ".sh", ".perl"), program),
    **dict.fromkeys((".txt", ".md", ".adoc", ".rst"), passages),
    ".dict": entries,
}
_SOURCES: dict[Callable[[str], Iterator[str]], str] = {glosses: "wordnet", program: "code"}


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of all files, those in archives too."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else [folder]:
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    yield f"{path}/{name}", archive.read(name)
        elif path.is_file():
            yield str(path), path.read_bytes()


def texts(name: str, data: bytes) -> Iterator[tuple[str, str]]:
    """Each text of a file and its source."""
    path = Path(name)
    if path.suffix in {".gz", ".dz"}:
        path, data = path.with_suffix(""), gzip.decompress(data)
    read = _READERS.get(path.suffix)
    if read is None or _ELSEWHERE.search(name):
        return
    source = _SOURCES.get(read, path.stem if read is entries else path.parent.name)
    known = next((each for each in LIMITS if each in name.lower()), source)
    for text in read(data.decode("utf-8", "replace")):
        yield known, text.strip()[:MOST]


def main() -> None:
    """Write the texts of some folders, in the order of chance."""
    found: dict[str, str] = {}
    for folder in map(Path, sys.argv[1:]):
        for name, data in files(folder):
            for source, text in texts(name, data):
                if len(text) >= FEWEST and sum(map(str.isalpha, text)) >= LETTERS * len(text):
                    found.setdefault(text, source)
    every = sorted(found.items())
    _chance.shuffle(every)
    taken: Counter[str] = Counter()
    for text, source in every:
        if taken[source] < LIMITS.get(source, OTHERS):
            taken[source] += 1
            print(json.dumps(text))
    for source, number in taken.most_common():
        print(f"{number:8,} {source}", file=sys.stderr)


if __name__ == "__main__":
    main()
