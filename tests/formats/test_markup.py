"""LaTeX, reStructuredText, AsciiDoc and Org: what is a heading, and where it stands."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.analysis.wordpiece import estimate_tokens
from app.core.chunking import chunk
from app.errors import FileError
from app.formats import read
from tests.formats.test_any_file import check


def shown(path, source):
    """Blocks as (kind, level, line, text)."""
    document = read(path, source.encode())
    check(document)
    return [
        (block.kind, block.level, block.line, document.text[block.start : block.end])
        for block in document.blocks
    ]


def paths(path, source):
    """Heading paths of the passages."""
    document = read(path, source.encode())
    parts = chunk(document, count_tokens=estimate_tokens, size=16)
    return [part.address.heading for part in parts]


LATEX = r"""\documentclass[12pt]{article}
\usepackage{amsmath} % maths
\title{On \emph{Gold}}
\author{Ada K\"onig \and Bob}
\begin{document}
\section[Short]{The mine of
K\"{o}ln}\label{sec:mine}
Gold is \textbf{heavy}~\cite{smith2020}, as
$E = mc^2 % $ says --- see \ref{fig}. It costs \$5 \& 10\,\%. % not seen

\'Etude, na\"\i ve, Stra\ss e, \v{s}, \c{c}a, \o.
\begin{itemize}
\item first
\item[b)] second
\end{itemize}
\begin{tabular}{l|r} \hline
gold & 19.3 \\
lead & 11.3
\end{tabular}
\begin{align*}
a &= b % c
\end{align*}
\begin{lstlisting}[language=C]
int x; // 1 % 2
\end{lstlisting}
\subsection*{Deep}
End of ``it''.
\end{document}
"""


def test_latex():
    """Commands are gone, formulas are not, and lines hold."""
    assert shown("a.tex", LATEX) == [
        ("paragraph", 0, 3, "On Gold\nAda König, Bob"),
        ("heading", 3, 6, "The mine of\nKöln"),
        (
            "paragraph",
            0,
            8,
            "Gold is heavy smith2020, as\n$E = mc^2 % $ says — see fig. It costs $5 & 10 %.",
        ),
        ("paragraph", 0, 11, "Étude, naïve, Straße, š, ça, ø."),
        ("list", 0, 13, "- first\n- [b)] second"),
        ("table", 0, 17, "gold \t 19.3  \nlead \t 11.3"),
        ("paragraph", 0, 20, "\\begin{align*}\na &= b % c\n\\end{align*}"),
        ("code", 0, 24, "int x; // 1 % 2"),
        ("heading", 4, 26, "Deep"),
        ("paragraph", 0, 27, "End of “it”."),
    ]
    document = read("a.tex", LATEX.encode())
    assert (document.title, document.metadata["author"]) == ("On Gold", "Ada König, Bob")
    assert document.text.count("\n") == LATEX.count("\n")
    assert ("The mine of Köln", "Deep") in paths("a.tex", LATEX)


def test_latex_that_is_broken():
    """What does not close hides nothing."""
    for source in (
        r"Gold \begin{verbatim} heavy", r"Gold $x heavy", r"Gold \[ heavy", r"Gold \section{heavy",
        r"Gold }}}} heavy", r"Gold \verb|heavy", r"Gold \newcommand{\x heavy", r"Gold \\\ heavy",
    ):  # fmt: skip
        text = read("a.tex", source.encode()).text
        assert "Gold" in text
        assert "heavy" in text


RST = """\
=====
Title
=====
:Author: Ada

Section
-------
Gold is heavy::

    code here

    more
after

.. code-block:: python

   def x():

       pass

- item one
  more

- item two

==== ====
a    b
==== ====
1    2
==== ====

Deep
~~~~
text
----
"""


def test_restructured_text():
    """Headings by the order of their marks; literal blocks are code."""
    assert shown("a.rst", RST) == [
        ("heading", 1, 1, "=====\nTitle\n====="),
        ("paragraph", 0, 4, ":Author: Ada"),
        ("heading", 2, 6, "Section\n-------"),
        ("paragraph", 0, 8, "Gold is heavy::"),
        ("code", 0, 10, "    code here\n\n    more"),
        ("paragraph", 0, 13, "after"),
        ("code", 0, 15, ".. code-block:: python\n\n   def x():\n\n       pass"),
        ("list", 0, 21, "- item one\n  more\n\n- item two"),
        ("table", 0, 26, "==== ====\na    b\n==== ====\n1    2\n==== ===="),
        ("heading", 3, 32, "Deep\n~~~~"),
        ("heading", 2, 34, "text\n----"),
    ]
    document = read("a.rst", RST.encode())
    assert (document.title, document.metadata["author"]) == ("Title", "Ada")
    assert ("Title", "Section", "Deep") in paths("a.rst", RST.replace("text\n----", "words " * 30))


ADOC = """\
git-gold(1)
===========
:author: Ada

NAME
----
git-gold - finds gold

[source,python]
----
= not a title
x
----

.Table
|===
|a |b

|c |d
|===

* item
** deeper

--heavy::
\tIs heavy.

 $ git gold

//// not seen as code
== Section
text of it
----
"""


def test_asciidoc():
    """Titles of one line and of two; blocks between equal lines."""
    assert shown("a.adoc", ADOC) == [
        ("heading", 1, 1, "git-gold(1)\n==========="),
        ("paragraph", 0, 3, ":author: Ada"),
        ("heading", 2, 5, "NAME\n----"),
        ("paragraph", 0, 7, "git-gold - finds gold"),
        ("code", 0, 9, "[source,python]\n----\n= not a title\nx\n----"),
        ("table", 0, 15, ".Table\n|===\n|a |b\n\n|c |d\n|==="),
        ("list", 0, 22, "* item\n** deeper\n\n--heavy::\n\tIs heavy.\n\n $ git gold"),
        ("paragraph", 0, 30, "//// not seen as code"),
        ("heading", 2, 31, "== Section"),
        ("paragraph", 0, 32, "text of it\n----"),
    ]
    assert read("a.adoc", ADOC.encode()).title == "git-gold(1)"
    assert ("git-gold(1)", "Section") in paths("a.adoc", ADOC)


ORG = """\
#+TITLE: My notes
#+AUTHOR: Ada
* TODO [#A] Gold :metal:heavy:
:PROPERTIES:
:ID: 1
:END:
Text here.
** Deep in it
- item
| a | b |
#+BEGIN_SRC python
* not a heading
#+END_SRC
#+begin_quote
never closed
"""


def test_org():
    """Stars are headings, but not within a block."""
    assert shown("a.org", ORG)[1:] == [
        ("heading", 1, 3, "* TODO [#A] Gold :metal:heavy:"),
        ("code", 0, 4, ":PROPERTIES:\n:ID: 1\n:END:"),
        ("paragraph", 0, 7, "Text here."),
        ("heading", 2, 8, "** Deep in it"),
        ("list", 0, 9, "- item"),
        ("table", 0, 10, "| a | b |"),
        ("code", 0, 11, "#+BEGIN_SRC python\n* not a heading\n#+END_SRC"),
        ("paragraph", 0, 14, "#+begin_quote\nnever closed"),
    ]
    document = read("a.org", ORG.encode())
    assert (document.title, document.metadata["author"]) == ("My notes", "Ada")
    assert ("Gold", "Deep in it") in paths("a.org", ORG)


@given(
    st.sampled_from(["a.tex", "a.rst", "a.adoc", "a.org"]),
    st.text("\\{}[]$%&~`'\"=-*+|#:.\n\t abegin{end}section", max_size=300),
)
def test_signs_of_chance(path, source):
    """Whatever stands there, blocks and lines hold, and no text is lost between them."""
    if read_has_text(path, source):
        check(read(path, source.encode()))


def read_has_text(path, source):
    """Whether anything but commands is there."""
    try:
        return bool(read(path, source.encode()).text.strip())
    except FileError as error:
        assert error.code == "empty"
        return False


@pytest.mark.lengthy
@pytest.mark.parametrize(
    ("path", "piece"),
    [
        ("a.tex", "\\["), ("a.tex", "$"), ("a.tex", "\\begin{a}"), ("a.tex", "\\begin{verbatim}"),
        ("a.tex", "\\section{"), ("a.tex", "\\newcommand{"), ("a.tex", "\\x["), ("a.tex", "\\"),
        ("a.tex", "{"), ("a.tex", "\\verb|"), ("a.tex", "\\title{"), ("a.tex", "\\\"{"),
        ("a.rst", "=\n"), ("a.rst", "::\n\n a\n"), ("a.rst", "====\n"), ("a.rst", ".. code::\n"),
        ("a.adoc", "----\n"), ("a.adoc", "[a]\n"), ("a.adoc", "|===\n"), ("a.adoc", ".a\n"),
        ("a.org", "#+begin_src\n"), ("a.org", ":a:\n"), ("a.org", "*"), ("a.org", "|\n"),
    ],
)  # fmt: skip
def test_much_of_one_thing(path, piece):
    """Half a megabyte of it takes seconds at most."""
    begun = time.monotonic()
    read_has_text(path, "x " + piece * (500_000 // len(piece)))
    assert time.monotonic() - begun < 15
