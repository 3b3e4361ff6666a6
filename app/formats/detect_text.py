"""Which kind of text a file is: by signs in its first characters, else by its name."""

from __future__ import annotations

import re

from app.formats.languages import language_of

MARKDOWN = frozenset({"md", "markdown", "mdown", "mkd", "mdx", "qmd", "rmd"})
HTML = frozenset({"html", "htm", "xhtml", "shtml", "xht"})
_PLAIN = "txt text log nfo diz me bib po man textile pod"
_BY_NAME = {
    **dict.fromkeys(MARKDOWN, "markdown"),
    **dict.fromkeys(HTML, "html"),
    **dict.fromkeys(_PLAIN.split(), "text"),
    **dict.fromkeys(("csv", "tsv", "tab"), "csv"),
    **dict.fromkeys(("rst", "rest"), "restructuredtext"),
    **dict.fromkeys(("adoc", "asciidoc"), "asciidoc"),
    **dict.fromkeys(("tex", "ltx"), "latex"),
    "org": "org",
    **dict.fromkeys(("srt", "vtt", "vcf", "ics"), "text"),
    "ipynb": "notebook",
}
_BY_LANGUAGE = {"json": "json", "yaml": "yaml", "toml": "toml", "xml": "xml"}
"""Languages that are data rather than source code."""

_IS_HTML = re.compile(
    r"\s*(?:<!--.{0,2000}?-->\s*|<\?xml[^>]*>\s*)*+<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_SIGNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\s*BEGIN:VCARD\b", re.IGNORECASE), "contacts"),
    (re.compile(r"\s*BEGIN:VCALENDAR\b", re.IGNORECASE), "calendar"),
    (re.compile(r"WEBVTT(?:[ \t\n]|\Z)"), "subtitles"),
    (re.compile(r"\s*\d{1,6}[ \t]*\n\d{1,3}:\d\d:\d\d[.,]\d{1,3}[ \t]*-->"), "subtitles"),
)
_IS_XML = re.compile(r"\s*<\?xml[ \t\n]")
_IS_JSON = re.compile(r"\s*(?:\{\s*(?:\"[^\"\n]{0,200}\"\s*:|\})|\[\s*(?:[\[{\"\d\]]|-\d))")


def is_text_name(path: str, ext: str) -> bool:
    """Whether the name of a file says that it is text; notebooks carry pictures as well."""
    return (ext in _BY_NAME and ext != "ipynb") or bool(language_of(path, ""))


def text_family(path: str, ext: str, head: str) -> str:
    r"""Family of a text that begins with `head`, as far as characters decide.

    >>> text_family("a.txt", "txt", "Gold"), text_family("x", "", '{"a": 1}')
    ('text', 'json')
    >>> text_family("a.vcf", "vcf", "BEGIN:VCARD\n"), text_family("a.vcf", "vcf", "##VCF")
    ('contacts', 'text')
    """
    signed = next((family for sign, family in _SIGNS if sign.match(head)), "")
    named = _BY_NAME.get(ext, "")
    if signed or named not in {"", "text"}:
        return signed or named
    language = language_of(path, head)
    if language == "xml" and _IS_HTML.match(head):
        return "html"
    if language:
        return _BY_LANGUAGE.get(language, "code")
    if _IS_HTML.match(head):
        return "html"
    if _IS_XML.match(head):
        return "xml"
    return "json" if not named and _IS_JSON.match(head) else "text"
