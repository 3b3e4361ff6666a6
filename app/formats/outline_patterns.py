"""Lines that begin a function, a class or the like, by language."""

from __future__ import annotations

import re

COMMENTS = re.compile(
    r"\s*(?:#(?!\s*(?:include|define|if|el|end|pragma))|//|/\*|\*|--|;;|@\w|\[\w)"
)
"""Comments, decorators and attributes, which belong to what they stand before."""

_CONTROL = (
    r"(?!\s*(?:if|for|while|switch|catch|return|else|do|try|throw|new|case|function|await)\b)"
)
_WORDS = r"(?:[\w@]+(?:\([^)]{0,80}\))?[ \t]+){0,6}"

_PYTHON = r"\s*(?:async[ \t]+def|def|class|cdef|cpdef)[ \t]+\w"
_SCRIPT = (
    rf"\s*{_WORDS}(?:function\b|class[ \t]+\w|interface[ \t]+\w|enum[ \t]+\w|namespace[ \t]+\w)"
    r"|\s*(?:export[ \t]+)?(?:const|let|var)[ \t]+[\w$]+[^=\n]{0,80}=[ \t]*(?:async\b[ \t]*)?"
    r"(?:function\b|\([^()\n]{0,200}\)[^=\n]{0,80}=>|[\w$]+[ \t]*=>)"
    rf"|{_CONTROL}\s+(?:(?:public|private|protected|static|async|get|set|override|abstract)[ \t]+)*"
    r"[*#]?[\w$]+[ \t]*\([^;\n]{0,200}\)[^;\n]{0,80}\{[ \t]*$"
)
_TYPES = r"(?:class|interface|enum|record|struct|trait|object|protocol|extension|namespace|union)"
_CURLY = (
    rf"\s*{_WORDS}{_TYPES}[ \t]+\w"
    rf"|{_CONTROL}\s*(?:[\w<>\[\],.?*&:~@]+[ \t*&]+){{1,7}}[\w~:]+[ \t]*\([^;\n]{{0,300}}$"
)
_C_TYPES = (
    r"(?:typedef[ \t]+|static[ \t]+|template[^\n]{0,80}>[ \t]*)*"
    rf"{_TYPES}[ \t]+\w[^;\n]{{0,200}}$"
    r"|\s*(?:class|struct|namespace)[ \t]+\w[^;\n]{0,200}$"
)
_C_FUNCTION = r"(?:[A-Za-z_][\w:<>,]*[ \t*&]+){1,6}[\w~:]+[ \t]*\([^;\n]{0,300}$"
_BY_LANGUAGES = {
    "python cython gdscript starlark": _PYTHON,
    "javascript typescript vue svelte dart": _SCRIPT,
    "java csharp groovy": _CURLY,
    "c": rf"{_C_TYPES}|{_CONTROL}{_C_FUNCTION}",
    "cpp cuda objective-c": rf"{_C_TYPES}|{_CONTROL}\s*{_C_FUNCTION}",
    "go": r"func\b|type[ \t]+\w+[ \t]+(?:struct|interface)\b",
    "rust": rf"\s*{_WORDS}(?:fn|struct|enum|trait|impl|mod|union|macro_rules!)(?:[ \t]|<)",
    "ruby": r"\s*(?:def|class|module)[ \t]",
    "php": rf"\s*{_WORDS}(?:function|class|interface|trait|enum)[ \t]+[\w&]",
    "shell": r"\s*(?:function[ \t]+[\w:.-]+|[\w:.-]+[ \t]*\([ \t]*\))[ \t]*[({]?[ \t]*$",
    "perl": r"\s*sub[ \t]+\w|package[ \t]+\w[^;\n]*\{",
    "lua": r"\s*(?:local[ \t]+)?function[ \t]",
    "tcl": r"\s*proc[ \t]+\S",
    "elixir": r"\s*(?:def|defp|defmodule|defmacro|defimpl|defprotocol)[ \t]",
    "kotlin scala swift": rf"\s*{_WORDS}(?:fun|func|def|init|{_TYPES})[ \t(<]",
    "julia": r"\s*(?:function|macro|module|(?:mutable[ \t]+)?struct)[ \t]",
    "r": r"\s*[\w.]+[ \t]*(?:<-|=)[ \t]*function\b",
    "zig": rf"\s*{_WORDS}fn[ \t]"
    r"|\s*(?:pub[ \t]+)?const[ \t]+\w+[ \t]*=[ \t]*(?:struct|enum|union)\b",
    "haskell elm": r"(?:data|type|newtype|class|instance|module)[ \t]+\w|\w+[ \t]*::",
    "sql": r"(?i:\s*create[ \t]+(?:or[ \t]+replace[ \t]+)?(?:\w+[ \t]+)?"
    r"(?:table|view|function|procedure|trigger|index)\b)",
}
PATTERNS: dict[str, re.Pattern[str]] = {
    language: re.compile(pattern)
    for languages, pattern in _BY_LANGUAGES.items()
    for language in languages.split()
}
"""What a line begins with that defines something; lines are of bounded length."""
