"""The tokens of a query one after another, and the limits of what is taken from it."""

from __future__ import annotations

import re

from app.core.lexical.atoms import is_finished
from app.core.lexical.complaints import Complaints
from app.core.lexical.tokens import QUOTES, Kind, Token, is_word, tokens
from app.core.lexical.tree import Node, Sequence, Word

MAX_TEXT = 1 << 16
"""Characters of a query that are read."""

MAX_LEAVES = 1024
"""Words, patterns and values of a query that are searched for."""

_LITERAL = re.compile(rf"[^\s(){QUOTES}]+")
_NO_OPERAND: frozenset[Kind] = frozenset({")", "AND", "OR"})


class Reader:
    """What is left of a query to read, and of the room for what is found in it."""

    def __init__(self, text: str) -> None:
        self.text = text[:MAX_TEXT]
        self.complaints = Complaints()
        self.is_cut = len(text) > MAX_TEXT
        """The end of the query is left out, so nothing is said about how it ends."""
        self._tokens = tokens(self.text)
        self._at = 0
        self._room = MAX_LEAVES
        if self.is_cut:
            self.complaints.too_long(MAX_TEXT, len(text))

    def peek(self) -> Token | None:
        """The next token, None at the end."""
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def take(self) -> Token:
        """The next token, which there must be, and on to the one after it."""
        self._at += 1
        return self._tokens[self._at - 1]

    def take_if(self, kind: Kind) -> Token | None:
        """The next token if it is of this kind, and then on to the one after it."""
        token = self.peek()
        return self.take() if token and token.kind == kind else None

    def joins(self, operator: Kind) -> bool:
        """Whether this operator is next and has something behind it."""
        here = self._tokens[self._at : self._at + 2]
        return len(here) == 2 and here[0].kind == operator and here[1].kind not in _NO_OPERAND

    def ends(self, end: int) -> bool:
        """Whether a word that ends there may still be going on."""
        return end == len(self.text) and not self.is_cut

    def room_for(self, wanted: int, start: int) -> int:
        """How many of so many leaves are taken; if it is not all of them, the query ends here."""
        taken = min(wanted, self._room)
        self._room -= taken
        if taken < wanted:
            self.complaints.too_many(MAX_LEAVES, start, len(self.text))
            self._at, self.is_cut = len(self._tokens), True
        return taken

    def words(self, start: int, end: int, *, may_be_open: bool = True) -> Node | None:
        """The words of a stretch of the query, whatever signs are in it; None if there are none."""
        nodes: list[Node] = []
        for match in _LITERAL.finditer(self.text, start, end):
            text = match[0].lstrip("-+!")
            if is_word(text.strip("*?")) and self.room_for(1, match.start()):
                is_open = may_be_open and self.ends(match.end()) and not is_finished(text)
                nodes.append(Word(text, is_open, start=match.end() - len(text), end=match.end()))
        if len(nodes) > 1:
            return Sequence(tuple(nodes), start=start, end=end)
        return nodes[0] if nodes else None

    def all_words(self) -> Node | None:
        """The words of the whole query, also if it has been read already."""
        self._room = MAX_LEAVES
        return self.words(0, len(self.text))
