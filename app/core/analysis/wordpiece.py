"""WordPiece as uncased BERT models use it: how many tokens a text is, and which.

Chunks are measured in the tokens of the model that embeds them, so this follows the
reference tokenizer exactly (Devlin et al. 2018; Wu et al. 2016, greedy longest match first):
control characters dropped, ideographs and punctuation standing alone, NFD with the nonspacing
marks removed, lower case, then the longest known pieces from the left.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from app.errors import InputError

MAX_WORD = 100
"""Characters of the longest word that is cut into pieces; a longer one is one [UNK]."""

_CACHED_WORD = 48
_CACHE_WORDS = 1 << 17
_SPECIAL = re.compile(r"(\[(?:PAD|UNK|CLS|SEP|MASK)\])")
# str.split() takes these for spaces; BERT removes them, joining what they stood between.
_REMOVED_BY_BERT = re.compile("[\x0b\x0c\x1c-\x1f\x85]")
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


def _is_ideograph(code: int) -> bool:
    return any(low <= code <= high for low, high in _IDEOGRAPHS)


def _is_punctuation(char: str) -> bool:
    ascii_symbol = "!" <= char <= "~" and not char.isalnum()
    return ascii_symbol or unicodedata.category(char).startswith("P")


class _Characters(dict[int, str]):
    """What becomes of each character, worked out when it is first seen, for `str.translate`."""

    def __missing__(self, code: int) -> str:
        self[code] = result = self._of(chr(code))
        return result

    @staticmethod
    def _of(char: str) -> str:
        if char in "\t\n\r":
            return " "
        if char == "\ufffd" or unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs"}:
            return ""
        if char.isspace():
            return " "
        parts = [
            f" {low} " if _is_punctuation(low) else low
            for part in unicodedata.normalize("NFD", char)
            if unicodedata.category(part) != "Mn"
            for low in part.lower()
        ]
        joined = "".join(parts)
        return f" {joined} " if _is_ideograph(ord(char)) else joined


class _Counts(dict[str, int]):
    """Pieces in each stretch between spaces, remembered; forgets all when it grows too large."""

    def __init__(self, owner: WordPiece) -> None:
        super().__init__()
        self._owner = owner

    def __missing__(self, stretch: str) -> int:
        count = sum(len(self._owner.pieces(word)) for word in self._owner.words(stretch))
        if len(stretch) <= _CACHED_WORD:
            if len(self) >= _CACHE_WORDS:
                self.clear()
            self[stretch] = count
        return count


class WordPiece:
    """Counts and encodes text with a vocabulary, one entry for each id in order.

    >>> pieces = WordPiece(["[PAD]", "[UNK]", "un", "##aff", "##able", "!"])
    >>> pieces.encode("Unaffable!"), pieces.count("Unaffable!")
    ([2, 3, 4, 5], 4)
    """

    def __init__(self, vocab: Sequence[str]) -> None:
        self._ids = {piece: number for number, piece in enumerate(vocab)}
        if "[UNK]" not in self._ids:
            raise InputError("The vocabulary has no [UNK] entry; it is not one of a BERT model.")
        self._unknown = [self._ids["[UNK]"]]
        self._longest = max(len(piece) for piece in vocab)
        self._characters = _Characters()
        self._known: dict[str, list[int]] = {}
        self._counts = _Counts(self)

    def __len__(self) -> int:
        """Entries of the vocabulary."""
        return len(self._ids)

    def count(self, text: str) -> int:
        """Number of tokens in `text` without the special ones around it; about 1 s per 10 MB."""
        if "[" in text and _SPECIAL.search(text):
            return sum(
                int(part in self._ids) if _SPECIAL.fullmatch(part) else self._count(part)
                for part in _SPECIAL.split(text)
            )
        return self._count(text)

    def encode(self, text: str) -> list[int]:
        """Token ids of `text`, without [CLS] and [SEP]."""
        ids: list[int] = []
        for part in _SPECIAL.split(text):
            if _SPECIAL.fullmatch(part) and part in self._ids:
                ids.append(self._ids[part])
                continue
            for word in self.words(part):
                ids.extend(self.pieces(word))
        return ids

    def words(self, text: str) -> Iterator[str]:
        """Normalised words and single punctuation marks, in order."""
        return iter(text.translate(self._characters).split())

    def pieces(self, word: str) -> list[int]:
        """Ids of one normalised word; a single [UNK] if any part of it is unknown."""
        known = self._known.get(word)
        if known is not None:
            return known
        if len(word) > MAX_WORD:
            return self._unknown
        if len(self._known) >= _CACHE_WORDS:
            self._known.clear()
        self._known[word] = found = self._longest_first(word)
        return found

    def _longest_first(self, word: str) -> list[int]:
        ids: list[int] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(min(len(word), start + self._longest), start, -1):
                number = self._ids.get(prefix + word[start:end])
                if number is not None:
                    ids.append(number)
                    start = end
                    break
            else:
                return self._unknown
        return ids

    def _count(self, text: str) -> int:
        if _REMOVED_BY_BERT.search(text):
            text = _REMOVED_BY_BERT.sub("", text)
        return sum(map(self._counts.__getitem__, text.split()))


_ESTIMATE = re.compile(r"([A-Za-z]+)|([가-힣])|(\S)")


def estimate_tokens(text: str) -> int:
    """Upper estimate of the tokens in `text` for when no vocabulary is at hand.

    Every character counts as one token, Hangul syllables as three, but for ASCII letters in a
    row: one for the first four and one for every two after that; an eighth is added for rare
    words. On English prose this is up to twice the truth, on other scripts a tenth above it.
    Words of rare letters ("qzxv") can have more tokens than this.

    >>> estimate_tokens("Cut 12 ways.")
    5
    """
    count = 0
    for letters, hangul, _ in _ESTIMATE.findall(text):
        count += 1 + max(0, len(letters) - 3) // 2 if letters else 3 if hangul else 1
    return count + count // 8
