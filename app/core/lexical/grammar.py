"""The query language: a line of text to a tree. No text fails; what is odd is taken literally.

In EBNF, over the tokens of `tokens.py`; things in a row are parted by spaces or not::

    query       = { alternative } ;                           (* side by side: Sequence *)
    alternative = conjunction , { OR , conjunction } ;
    conjunction = operand , { AND , operand } ;
    operand     = NOT , operand | [ "-" | "!" | "+" ] , primary ;
    primary     = atom | group | text field , ":" , ( atom | group )
                | value field , ":" , ( value , { "," , value } | group ) ;
    group       = "(" , query , ")" , [ boost ] ;
    atom        = word , [ "~" , [ digits ] ] , [ boost ]     (* with * or ?: Wildcard *)
                | quote , { word } , quote , [ slack ] , [ boost ]
                | "/" , regular expression , "/" , [ boost ] ;
    slack       = ( "~" | "~>" | "p" | "o" ) , [ digits ] ;   (* any order: ~ p; as written: ~> o *)
    boost       = "^" , number ;

OR is also written ``||``, AND ``&&``. So NOT binds closest, then AND, then OR, then what
stands side by side: ``a OR b c`` is ``(a OR b) c``. A sign stands right before what it is for and
behind a space or a parenthesis. An operator with nothing to join is a word, and so are the name of
a field that does not exist and a filter whose value cannot be read. A backslash takes the meaning
of a sign or an operator; before anything else it stands for itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.core.lexical.complaints import QueryError
from app.core.lexical.parser import Parser, TooDeepError
from app.core.lexical.reader import Reader
from app.core.lexical.tree import Node, Sequence


@dataclass(frozen=True, slots=True)
class Parsed:
    """A query as it was understood; `tree` is searched for in any case."""

    text: str
    tree: Node
    """`Sequence(())` if there is nothing to search for."""
    errors: tuple[QueryError, ...] = ()
    """What was not taken as written, by place."""
    literal: bool = False
    """The whole query was too odd: `tree` has its words alone."""

    @property
    def error(self) -> QueryError | None:
        """The first of the errors."""
        return self.errors[0] if self.errors else None


def parse(text: str, today: date) -> Parsed:
    """The query that `text` is, whatever it is; "yesterday" and the like count from `today`.

    Takes time in proportion to the text, at most some tenths of a second.

    >>> parse("gold OR silver", date(2024, 5, 15)).tree
    Or(nodes=(Word(text='gold', open=False), Word(text='silver', open=True)))
    """
    reader = Reader(text)
    try:
        tree, literal = Parser(reader, today).tree(), False
    except TooDeepError:
        tree, literal = reader.all_words(), True
    return Parsed(text, tree or Sequence(()), reader.complaints.all(), literal)
