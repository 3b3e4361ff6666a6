"""XLS: sheets of workbooks of before 2007, and their properties."""

from __future__ import annotations

import struct

import pytest

from app.errors import FileError
from app.formats import detect, read
from app.formats.limits import Limits
from app.formats.ole_properties import properties
from tests.fixtures.compound import compound
from tests.fixtures.office import name_of
from tests.fixtures.workbooks import old_sheet, record, xls

BOOK = xls(
    (
        "Budget",
        [
            (0, 0, "Näme", 0), (0, 1, "Paid", 0), (1, 0, "Ada\nL", 0), (1, 1, 45352.5, 1),
            (2, 1, 0.5, 2), (4, 0, True, 0), (4, 3, 1234.5, 3),
        ],
    ),
    ("Empty", []),
    ("My plan", [(0, 0, "x", 0)]),
    formats=("d/m/yy", "0%", "#,##0.00"),
)  # fmt: skip


def test_rows():
    """As in newer workbooks: places, headers, formats."""
    document = read("a.xls", BOOK)
    assert [
        (block.kind, block.place, document.text[block.start : block.end])
        for block in document.blocks
    ] == [
        ("heading", "Budget", "Budget"),
        ("heading", "Budget!A1:B1", "Näme\tPaid"),
        ("table", "Budget!A2:B2", "Ada L\t2024-03-01 12:00"),
        ("table", "Budget!B3", "50%"),
        ("table", "Budget!A5:D5", "TRUE\t\t\t1234.50"),
        ("heading", "My plan", "My plan"),
        ("table", "'My plan'!A1", "x"),
    ]
    assert document.metadata == {"sheets": "3"}


def test_before_containers():
    """A sheet of the eighties is known by its first bytes."""
    data = old_sheet(("a", "b"), ("c", "d"))
    assert detect("a", data) == "xls"
    assert read("OLD.XLS", data).text.endswith("c\td")


def summary(values: dict[int, tuple[int, bytes]]) -> bytes:
    """A stream of properties: number to type and value."""
    places, body = b"", b""
    for number, (kind, value) in values.items():
        places += struct.pack("<II", number, 8 + 8 * len(values) + len(body))
        body += struct.pack("<I", kind) + value + bytes(-len(value) % 4)
    head = struct.pack("<HHI", 0xFFFE, 0, 0) + bytes(16) + struct.pack("<I", 1) + bytes(16)
    sets = struct.pack("<II", 8 + len(places) + len(body), len(values)) + places + body
    return head + struct.pack("<I", 48) + sets


def text_of(text: bytes) -> tuple[int, bytes]:
    """A value of 8-bit text."""
    return 30, struct.pack("<I", len(text) + 1) + text + b"\0"


def test_properties():
    """Title, author, times; in the code page that is declared."""
    stream = summary(
        {
            1: (2, struct.pack("<H", 1251)),
            2: text_of("Отчёт".encode("cp1251")),
            4: (31, struct.pack("<I", 4) + "Ada\0".encode("utf-16-le")),
            12: (64, struct.pack("<Q", 133_538_000_000_000_000)),
            13: (64, bytes(8)),
            5: (3, bytes(4)),
        }
    )
    data = compound({"\x05SummaryInformation": stream, "Workbook": b""})
    assert properties(data) == {
        "title": "Отчёт",
        "author": "Ada",
        "created": "2024-03-01T20:53:20Z",
    }
    for cut in range(0, len(data), 11):
        properties(data[:cut])
    for place in range(512, 1000):
        properties(data[:place] + b"\xff\xff" + data[place + 2 :])


BOF = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))


@pytest.mark.parametrize(
    ("data", "limits", "code"),
    [
        (xls(("S", [])), Limits(), "empty"),
        (
            compound({"Workbook": BOF + record(0x2F, bytes(6)) + record(0x0A)}),
            Limits(),
            "encrypted",
        ),
        (compound({"Workbook": b"nonsense"}), Limits(), "damaged"),
        (BOOK[: len(BOOK) // 2], Limits(), "damaged"),
        (BOOK, Limits(cells=3), "too-large"),
        (BOOK, Limits(pages=2), "too-large"),
    ],
    ids=name_of,
)
def test_refusals(data, limits, code):
    """Each with its code."""
    with pytest.raises(FileError) as caught:
        read("a.xls", data, limits)
    assert caught.value.code == code


@pytest.mark.lengthy
def test_any_byte_may_be_wrong():
    """Whatever the library makes of it, it is read or refused."""
    for place in range(0, len(BOOK), 13):
        try:
            read("a.xls", BOOK[:place] + bytes([BOOK[place] ^ 0xFF]) + BOOK[place + 1 :])
        except FileError as error:
            assert error.code in {"damaged", "encrypted", "empty", "unsupported", "too-large"}
