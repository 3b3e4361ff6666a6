"""What can be wrong with a query, as sentences for the person who typed it."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.lexical.fields import EXAMPLES

MAX_COMPLAINTS = 8
"""The first of them; more help nobody."""

_KINDS = {
    **dict.fromkeys(("date", "year", "before", "after"), "date"),
    "size": "size",
    "page": "page",
}


@dataclass(frozen=True, slots=True)
class QueryError:
    """Something that was not taken as it may have been meant; the query is searched all the same.

    `code` and `message` are stable. `query[start:end]` is the place, in code points from 0; in
    the message characters count from 1, as people do.
    """

    code: str
    message: str
    hint: str
    start: int
    end: int


class Complaints:
    """The errors found so far, in the order of their discovery."""

    def __init__(self) -> None:
        self._errors: list[QueryError] = []

    def all(self) -> tuple[QueryError, ...]:
        """By place; of those at one place the first found comes first."""
        return tuple(sorted(self._errors, key=lambda error: error.start))

    def unclosed_quote(self, start: int, end: int) -> None:
        """A phrase that goes on to the end of the query."""
        message = f"The quotation mark at {start + 1} is never closed."
        self._add("unclosed-quote", message, "All that follows is taken as the phrase.", start, end)

    def unclosed_parenthesis(self, start: int) -> None:
        """A group that goes on to the end of the query."""
        message = f"The parenthesis at {start + 1} is never closed."
        hint = "The group is taken to go on to the end."
        self._add("unclosed-parenthesis", message, hint, start, start + 1)

    def stray_parenthesis(self, start: int) -> None:
        """A closing parenthesis without an opening one."""
        message = f"The parenthesis at {start + 1} was never opened."
        self._add("stray-parenthesis", message, "It is left out.", start, start + 1)

    def lonely_operator(self, operator: str, start: int) -> None:
        """AND, OR or NOT with nothing to join."""
        needs = "nothing after it" if operator == "NOT" else "no word on both sides"
        message = f"{operator} at {start + 1} has {needs}."
        hint = "It is searched for as a word."
        self._add("lonely-operator", message, hint, start, start + len(operator))

    def no_value(self, name: str, start: int, end: int) -> None:
        """A field's name followed by a space."""
        message = f"{name}: at {start + 1} has no value."
        hint = f"Write the value right behind it: {EXAMPLES[name]}."
        self._add("no-value", message, hint, start, end)

    def bad_value(self, name: str, written: str, start: int, end: int) -> None:
        """A value that a field cannot have."""
        kind = _KINDS.get(name, f"value of {name}:")
        message = f"{_short(written)} at {start + 1} is no {kind}."
        hint = f"It is searched for as words. Write for example {EXAMPLES[name]}."
        self._add("bad-value", message, hint, start, end)

    def bad_regex(self, start: int, end: int) -> None:
        """A regular expression that cannot be compiled, or is too long."""
        message = f"The regular expression at {start + 1} cannot be read."
        hint = "It is searched for as words. Brackets come in pairs; \\ takes a sign's meaning."
        self._add("bad-regex", message, hint, start, end)

    def too_deep(self, depth: int, start: int) -> None:
        """More parentheses inside of each other than can be wanted."""
        message = f"More than {depth} parentheses or NOTs are inside of each other at {start + 1}."
        hint = "The words are searched for without the operators."
        self._add("too-deep", message, hint, start, start + 1)

    def too_many(self, most: int, start: int, end: int) -> None:
        """More words than are searched for."""
        message = f"The query has more than {most:,} words; those from {start + 1} on are left out."
        self._add("too-many-words", message, "Search for fewer words.", start, end)

    def too_long(self, most: int, end: int) -> None:
        """More text than is read."""
        message = f"Only the first {most:,} characters of the query are read."
        self._add("too-long", message, "Search for fewer words.", most, end)

    def _add(self, code: str, message: str, hint: str, start: int, end: int) -> None:
        if len(self._errors) < MAX_COMPLAINTS:
            self._errors.append(QueryError(code, message, hint, start, end))


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
