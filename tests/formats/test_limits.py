"""What readers keep to, and how it is set."""

import asyncio
import re
from dataclasses import fields

import pytest

from app.core.analysis.wordpiece import estimate_tokens
from app.errors import InputError
from app.formats.limits import Limits
from app.formats.parsing import Parser
from app.formats.pdf import PdfContents, PdfPage
from app.formats.sources import BytesSource, InlineParser
from tests.conftest import ROOT


def test_names_are_those_of_the_page():
    """JavaScript knows the same limits, and its types the same defaults."""
    script = (ROOT / "static/options.js").read_text("utf-8")
    names = re.findall(r'"(\w+)"', script[script.index("LIMITS = [") : script.index("];")])
    snake = [re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name) for name in names]
    assert snake == [each.name for each in fields(Limits)]
    types = (ROOT / "static/fossick.d.ts").read_text("utf-8")
    for name in names:
        assert f"  {name}?: number;" in types


@pytest.mark.parametrize(
    "given", [{"page": 1}, {"pages": 0}, {"pages": 1.5}, {"pages": "9"}, {"pages": True},
              {"pages": float("nan")}, {"pages": float("inf")}, {"pages": -3}],
)  # fmt: skip
def test_what_is_no_limit(given):
    """Is named."""
    with pytest.raises(InputError) as caught:
        Limits.of(given)
    assert caught.value.code == "bad-option" and next(iter(given)) in caught.value.message


class Pages:
    """A reader of PDFs that gives one page of a text."""

    async def contents(self, path, data, limits):
        """A page of ten letters."""
        page = PdfPage(["gold silver"], [0.0], [700.0], [50.0], [12.0], [True], 800.0, "1")
        return PdfContents([page], {})


def parsed(path, data, **limits):
    """Code of the refusal, or the text."""

    async def collect():
        of = Limits.of(limits)
        parser = InlineParser(Parser(count_tokens=estimate_tokens, pdf_reader=Pages(), limits=of))
        return [one async for some in parser.parse([BytesSource(path, data)], {}) for one in some]

    [one] = asyncio.run(collect())
    return one.problem.code if one.problem else one.document.text


def test_limits_hold():
    """Of bytes before a file is read, of characters behind any reader of PDFs."""
    assert parsed("a.txt", b"gold and silver") == "gold and silver"
    assert parsed("a.txt", b"gold and silver", text_bytes=10) == "too-large"
    assert parsed("a.pdf", b"%PDF-1.7 x") == "gold silver"
    assert parsed("a.pdf", b"%PDF-1.7 x", characters=10) == "too-large"
