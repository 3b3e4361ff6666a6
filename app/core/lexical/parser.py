"""Tokens to a tree, by recursive descent; the grammar itself stands in `grammar`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from app.core.lexical import atoms
from app.core.lexical.fields import filter_node, is_text_field, split_values
from app.core.lexical.reader import Reader
from app.core.lexical.tokens import Kind, Token
from app.core.lexical.tree import (
    And,
    Boost,
    Field,
    Node,
    Not,
    Or,
    Phrase,
    Required,
    Sequence,
    Wildcard,
)

REGEX_COST = 32
"""Leaves that one regular expression counts for: each is tried on whole dictionaries."""

MAX_DEPTH = 50
"""Parentheses and NOTs inside of each other; what goes deeper is not taken as a query."""

_ANYTHING = Wildcard("*")
_VALUES: frozenset[Kind] = frozenset({"(", "phrase", "regex", "word", "value"})


class TooDeepError(Exception):
    """The query is nested more than `MAX_DEPTH` deep."""


class Parser:
    """One query, read once; a rule that finds nothing to search for gives None."""

    def __init__(self, reader: Reader, today: date) -> None:
        self._reader = reader
        self._complaints = reader.complaints
        self._today = today
        self._depth = 0
        self._negations = 0
        self._value_field = ""
        """The field in whose group of values the parser is."""

    def tree(self) -> Node | None:
        """The whole query."""
        return self._side_by_side(self._nodes(), 0, len(self._reader.text))

    def _nodes(self, *, in_group: bool = False) -> list[Node]:
        nodes: list[Node] = []
        while token := self._reader.peek():
            if token.kind != ")":
                if node := self._alternative():
                    nodes.append(node)
            elif in_group:
                break
            else:
                self._reader.take()
                self._complaints.stray_parenthesis(token.start)
        return nodes

    def _side_by_side(self, nodes: list[Node], start: int, end: int) -> Node | None:
        """A sequence, or the only node there is; several values of one field are alternatives."""
        if self._value_field:
            nodes = _any_value(nodes)
        if len(nodes) > 1:  # a star beside other words is a list's bullet
            nodes = [node for node in nodes if node != _ANYTHING] or nodes[:1]
        if len(nodes) > 1:
            return Sequence(tuple(nodes), start=start, end=end)
        return nodes[0] if nodes else None

    def _alternative(self) -> Node | None:
        return self._joined("OR", self._conjunction, Or)

    def _conjunction(self) -> Node | None:
        return self._joined("AND", self._operand, And)

    def _joined(
        self, operator: Kind, read: Callable[[], Node | None], group: type[And | Or]
    ) -> Node | None:
        nodes = [read()]
        while self._reader.joins(operator):
            self._reader.take()
            nodes.append(read())
        found = tuple(node for node in nodes if node)
        if len(found) > 1:
            return group(found, start=found[0].start, end=found[-1].end)
        return found[0] if found else None

    def _operand(self) -> Node | None:
        if self._reader.joins("NOT"):
            token = self._reader.take()
            self._descend(token)
            node = self._negated(self._operand)
            self._depth -= 1
            return node and Not(node, start=token.start, end=node.end)
        sign = self._reader.take_if("-") or self._reader.take_if("+")
        if not sign:
            return self._primary()
        operand = self._reader.peek()
        if not operand or operand.start != sign.end:
            return None  # it was for punctuation that is left out
        if sign.kind == "-":
            node = self._negated(self._primary)
            return node and Not(node, start=sign.start, end=node.end)
        node = self._primary()
        return node and Required(node, start=sign.start, end=node.end)

    def _negated(self, read: Callable[[], Node | None]) -> Node | None:
        self._negations += 1
        node = read()
        self._negations -= 1
        return node

    def _primary(self) -> Node | None:
        token = self._reader.take()
        match token.kind:
            case "(":
                return self._group(token)
            case "field":
                return self._field(token)
            case "phrase" | "regex" | "word":
                return self._boosted(self._leaf(token))
            case "AND" | "OR" | "NOT":
                self._complaints.lonely_operator(token.text, token.start)
                return self._words(token.start, token.end)
        return None

    def _group(self, opening: Token) -> Node | None:
        self._descend(opening)
        nodes = self._nodes(in_group=True)
        self._depth -= 1
        closing = self._reader.take_if(")")
        if not closing and not self._reader.is_cut:
            self._complaints.unclosed_parenthesis(opening.start)
        end = closing.end if closing else len(self._reader.text)
        return self._boosted(self._side_by_side(nodes, opening.start, end))

    def _descend(self, token: Token) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._complaints.too_deep(MAX_DEPTH, token.start)
            raise TooDeepError

    def _boosted(self, node: Node | None) -> Node | None:
        boost = self._reader.take_if("^")
        if not boost or not node:
            return node
        return Boost(node, float(boost.text), start=node.start, end=boost.end)

    def _field(self, token: Token) -> Node | None:
        value, name = self._reader.peek(), token.text
        if not value or value.kind not in _VALUES or value.start != token.end:
            self._complaints.no_value(name, token.start, token.end)
            return self._words(token.start, token.end)
        if value.kind == "value":
            self._reader.take()
            if value.text.count('"') % 2 and not self._reader.is_cut:
                self._complaints.unclosed_quote(value.start + value.text.rindex('"'), value.end)
            return self._filter(name, split_values(value.text), token.start, value.end)
        outer = self._value_field
        self._value_field = "" if is_text_field(name) else name
        node = self._primary()
        self._value_field = outer
        if node and is_text_field(name):
            return Field(name, node, start=token.start, end=node.end)
        return node

    def _leaf(self, token: Token) -> Node | None:
        start, end = token.start, token.end
        if token.kind == "phrase":
            return self._phrase(token)
        if self._value_field:
            values = split_values(self._reader.text[start:end])
            return self._filter(self._value_field, values, start, end)
        cost = REGEX_COST if token.kind == "regex" else 1
        if self._reader.room_for(cost, start) < cost:
            return None
        if token.kind == "word":
            return atoms.word(token.text, start, is_open=self._may_be_open(end))
        regex = atoms.regex(token.text, start, end)
        if not regex:
            self._complaints.bad_regex(start, end)
        return regex or self._words(start, end)

    def _phrase(self, token: Token) -> Node | None:
        suffix = self._reader.take_if("~")
        end = suffix.end if suffix else token.end
        if not token.is_closed and not self._reader.is_cut:
            self._complaints.unclosed_quote(token.start, token.end)
        if self._value_field:
            values = list(filter(None, [token.text.strip()]))
            return self._filter(self._value_field, values, token.start, end)
        is_open = not token.is_closed and self._may_be_open(end)
        parts = atoms.phrase_parts(token.text, token.start + 1, is_open=is_open)
        parts = parts[: self._reader.room_for(len(parts), token.start)]
        slack, ordered = atoms.slack(suffix.text if suffix else "")
        return Phrase(parts, slack, ordered, start=token.start, end=end) if parts else None

    def _filter(self, name: str, values: list[str], start: int, end: int) -> Node | None:
        values = values[: self._reader.room_for(len(values), start)]
        try:
            return filter_node(name, values, self._today, start=start, end=end)
        except ValueError:
            self._complaints.bad_value(name, self._reader.text[start:end], start, end)
            return self._words(start, end)

    def _words(self, start: int, end: int) -> Node | None:
        return self._reader.words(start, end, may_be_open=not self._negations)

    def _may_be_open(self, end: int) -> bool:
        return self._reader.ends(end) and not self._negations


def _any_value(nodes: list[Node]) -> list[Node]:
    """Values side by side as alternatives; those that are excluded stay beside them."""
    values = [node for node in nodes if not isinstance(node, Not)]
    if len(values) < 2:
        return nodes
    either = Or(tuple(values), start=values[0].start, end=values[-1].end)
    return [*(node for node in nodes if isinstance(node, Not)), either]
