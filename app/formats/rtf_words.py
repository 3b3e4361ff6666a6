"""The control words of RTF that matter for its text, and the code pages of its bytes."""

from __future__ import annotations

import codecs
import re

__all__ = [
    "ASIDE",
    "CHARS",
    "CODE_PAGES",
    "INFO",
    "SKIPPED",
    "STARRED",
    "TOKEN",
    "WHOLE_FILE",
    "code_page",
]

TOKEN = re.compile(
    rb"\\(?:(?P<word>[a-zA-Z]{1,40})(?P<number>-?[0-9]{1,10})? ?"
    rb"|'(?P<hex>[0-9a-fA-F]{2})|(?P<sign>[^a-zA-Z]))"
    rb"|(?P<open>\{)|(?P<close>\})|(?P<text>[^\\{}]+)"
)
"""What an RTF file is made of; a lone backslash at its end is none of it."""

CHARS = {
    b"tab": "\t", b"line": "\n", b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’",
    b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•", b"emspace": " ", b"enspace": " ",
    b"qmspace": " ", b"zwj": "\u200d", b"zwnj": "\u200c", b"nestcell": " ", b"nestrow": " ",
    b"softline": "\n",
}  # fmt: skip

SKIPPED = frozenset(
    {
        b"colortbl", b"pict", b"fldinst", b"nonshppict", b"shprslt", b"sn", b"sv", b"objdata",
        b"datafield", b"themedata", b"colorschememapping", b"latentstyles", b"listtable",
        b"listoverridetable", b"rsidtbl", b"generator", b"xmlnstbl", b"filetbl", b"revtbl",
        b"bkmkstart", b"bkmkend", b"pntext", b"pntxta", b"pntxtb", b"atnid", b"atrfstart",
        b"atrfend", b"atndate", b"atnref", b"ftnsep", b"ftnsepc", b"aftnsep", b"aftnsepc", b"tc",
        b"xe", b"do", b"template", b"operator", b"private", b"mmath",
    }
)  # fmt: skip
"""Destinations whose content is no text of the document."""

STARRED = frozenset({b"shpinst", b"annotation", b"atnauthor", b"shptxt"})
"""Destinations that programs may leave out, and that are read."""

ASIDE = {
    b"footnote": "footnote", b"annotation": "comment", b"shptxt": "", b"dptxbxtext": "",
    b"header": "header", b"headerl": "header", b"headerr": "header", b"headerf": "header",
    b"footer": "footer", b"footerl": "footer", b"footerr": "footer", b"footerf": "footer",
}  # fmt: skip
"""Destinations with paragraphs of their own, and the place that these have."""

INFO = {
    b"title": "title", b"author": "author", b"subject": "subject", b"doccomm": "description",
    b"keywords": "keywords", b"creatim": "created", b"revtim": "modified",
}  # fmt: skip

CODE_PAGES = {
    0: "cp1252", 2: "cp1252", 77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab",
    134: "gbk", 136: "big5", 161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255",
    178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 254: "cp437",
    255: "cp850",
}  # fmt: skip
"""By the number of a font's character set."""

WHOLE_FILE = {b"ansi": "cp1252", b"mac": "mac_roman", b"pc": "cp437", b"pca": "cp850"}
"""Code pages by the words that name them for all of a file."""

_NUMBERED = {
    65001: "utf-8",
    1200: "utf-16-le",
    10000: "mac_roman",
    936: "gbk",
    950: "big5",
    0: "cp1252",
}


def code_page(number: int) -> str:
    """Python's name of a Windows code page, cp1252 where there is none.

    >>> code_page(1251), code_page(12345)
    ('cp1251', 'cp1252')
    """
    name = _NUMBERED.get(number, f"cp{number}")
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name
