"""Commands and environments of LaTeX by what they do to the text."""

from __future__ import annotations

LEVELS = {
    "part": 1, "chapter": 2, "section": 3, "subsection": 4, "subsubsection": 5, "paragraph": 6,
    "subparagraph": 6, "frametitle": 4,
}  # fmt: skip
"""Levels of headings."""

CODE = frozenset(
    {"verbatim", "lstlisting", "minted", "Verbatim", "alltt", "comment", "filecontents"}
)
FORMULAS = frozenset(
    {"equation", "align", "gather", "multline", "eqnarray", "displaymath", "math", "flalign",
     "alignat", "tikzpicture", "CD"}
)  # fmt: skip
"""What is kept as it stands."""

LISTS = frozenset({"itemize", "enumerate", "description", "thebibliography"})
TABLES = frozenset({"tabular", "tabularx", "longtable", "tabulary", "array", "tabbing"})

_ONE = """
label pagestyle thispagestyle bibliographystyle vspace hspace setlength usepackage documentclass
RequirePackage usetikzlibrary input include hypersetup geometry graphicspath newcounter setcounter
addtocounter lstset pagenumbering hyphenation PassOptionsToPackage cline cmidrule rule phantom
includeonly stepcounter refstepcounter fontsize color selectlanguage
"""
_TWO = """
newcommand renewcommand providecommand DeclareMathOperator definecolor addcontentsline def
newtheorem setbeamertemplate addtolength
"""
DROPPED = {**dict.fromkeys(_ONE.split(), 1), **dict.fromkeys(_TWO.split(), 2), "newenvironment": 3}
"""How many arguments of these commands are no text."""

LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "aa": "å",
    "AA": "Å", "l": "ł", "L": "Ł", "i": "ı", "j": "ȷ", "S": "§", "P": "¶", "copyright": "©",
    "pounds": "£", "euro": "€", "dots": "…", "ldots": "…", "textellipsis": "…", "LaTeX": "LaTeX",
    "TeX": "TeX", "quad": " ", "qquad": " ", "newline": " ", "linebreak": " ",
    "textbackslash": "\\",
    "textasciitilde": "~", "textasciicircum": "^", "textendash": "–", "textemdash": "—",
    "textquotedblleft": "“", "textquotedblright": "”", "degree": "°", "slash": "/", "hline": "",
}  # fmt: skip
"""Commands that stand for characters."""

MARKS = {
    '"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "c": "\u0327", "H": "\u030b", "k": "\u0328",
    "r": "\u030a", "b": "\u0331", "d": "\u0323",
}  # fmt: skip
"""Combining characters of the accents."""
