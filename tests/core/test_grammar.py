"""What a line of text means as a query, example by example."""

from __future__ import annotations

from datetime import date

import pytest

from app.core.lexical.grammar import parse
from app.core.lexical.intervals import Interval
from app.core.lexical.tree import (
    And,
    Boost,
    Dates,
    Field,
    Filter,
    Fuzzy,
    Not,
    Or,
    Pages,
    Phrase,
    Regex,
    Required,
    Sequence,
    Sizes,
    Wildcard,
    Word,
    children,
    is_filter,
    is_optional,
    walk,
    words,
)

TODAY = date(2024, 5, 15)
GOLD, SILVER, COAL = Word("gold"), Word("silver"), Word("coal")


def tree(text):
    """The tree of a query whose last word is finished."""
    return parse(f"{text} ", TODAY).tree


def seq(*nodes):
    """Nodes side by side."""
    return Sequence(nodes)


def phrase(text, slack=0, ordered=True):
    """A phrase of words."""
    return Phrase(tuple(map(Word, text.split())), slack, ordered)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Words
        ("", seq()),
        (" \t\u3000\n", seq()),
        ("gold", GOLD),
        ("gold silver", seq(GOLD, SILVER)),
        ("what is gold?", seq(Word("what"), Word("is"), Word("gold?"))),
        ("gold, silver.", seq(Word("gold,"), Word("silver."))),
        ("gold - silver & coal ... !", seq(GOLD, SILVER, COAL)),
        ("don't e-mail", seq(Word("don't"), Word("e-mail"))),
        ("我爱 gold", seq(Word("我爱"), GOLD)),
        ("a\ud800b", Word("a\ud800b")),
        # Phrases and proximity
        ('"old gold"', phrase("old gold")),
        ('"gold"', phrase("gold")),
        ("“old gold” „old gold“ «old gold» « old gold »", seq(*[phrase("old gold")] * 4)),
        ("”old gold” »old gold«", seq(*[phrase("old gold")] * 2)),
        ('"old gold”', phrase("old gold")),
        ("Home » Docs » Search", seq(Word("Home"), Word("Docs"), Word("Search"))),
        ('"a “b” c"', Phrase((Word("a"), Word("“b”"), Word("c")))),
        ('"a & b"', phrase("a b")),
        (r'"C:\*\(x"', Phrase((Wildcard(r"C:\*\(x"),))),
        ('"a b"~5', phrase("a b", 5, False)),
        ('"a b"~>5', phrase("a b", 5, True)),
        ('"a b"p5', phrase("a b", 5, False)),
        ('"a b"o5', phrase("a b", 5, True)),
        ('"a b"p "a b"~', seq(*[phrase("a b", 10, False)] * 2)),
        ('"a b"~0', phrase("a b", 0, False)),
        (f'"a b"~{"9" * 5000}', phrase("a b", 200, False)),
        ('"a b"people', seq(phrase("a b"), Word("people"))),
        ('"gold mi*" "wi?d"', seq(Phrase((GOLD, Wildcard("mi*"))), Phrase((Wildcard("wi?d"),)))),
        ('"gold * mine"', Phrase((GOLD, Wildcard("*"), Word("mine")))),
        ('"* gold *"', phrase("gold")),
        ('"" "..." "*"', seq()),
        ('19" gold', seq(Word('19"'), GOLD)),
        # Operators
        ("gold AND silver", And((GOLD, SILVER))),
        ("gold && silver", And((GOLD, SILVER))),
        ("gold OR silver || coal", Or((GOLD, SILVER, COAL))),
        ("gold or silver", seq(GOLD, Word("or"), SILVER)),
        ("gold AND silver OR coal", Or((And((GOLD, SILVER)), COAL))),
        ("coal OR gold AND silver", Or((COAL, And((GOLD, SILVER))))),
        ("gold OR silver coal", seq(Or((GOLD, SILVER)), COAL)),
        ("coal gold OR silver", seq(COAL, Or((GOLD, SILVER)))),
        ("gold NOT silver", seq(GOLD, Not(SILVER))),
        ("gold AND NOT silver", And((GOLD, Not(SILVER)))),
        ("NOT gold AND silver", And((Not(GOLD), SILVER))),
        ("NOT NOT gold", Not(Not(GOLD))),
        ("(gold OR silver) AND coal", And((Or((GOLD, SILVER)), COAL))),
        ("gold(silver)", seq(GOLD, SILVER)),
        ("gold OR(silver coal)", Or((GOLD, seq(SILVER, COAL)))),
        ("(gold silver) coal", seq(seq(GOLD, SILVER), COAL)),
        ("((gold))", GOLD),
        ("() (()) gold OR ()", GOLD),
        # Signs
        ("-gold", Not(GOLD)),
        ("!gold", Not(GOLD)),
        ("+gold silver", seq(Required(GOLD), SILVER)),
        ('gold -"old silver"', seq(GOLD, Not(phrase("old silver")))),
        ("-(gold silver)", Not(seq(GOLD, SILVER))),
        ("(-gold)", Not(GOLD)),
        ("-title:gold", Not(Field("title", GOLD))),
        ("-type:pdf", Not(Filter("type", ("pdf",)))),
        ("gold-silver C++ hello!", seq(Word("gold-silver"), Word("C++"), Word("hello!"))),
        ("--verbose ++i", seq(Word("--verbose"), Word("++i"))),
        ("-... gold", GOLD),
        ('-"" gold', GOLD),
        # Wildcards, fuzzy, regex, boost
        ("pref*", Wildcard("pref*")),
        ("*suffix", Wildcard("*suffix")),
        ("*infix*", Wildcard("*infix*")),
        ("wi?d w?r*s? ?ild", seq(Wildcard("wi?d"), Wildcard("w?r*s?"), Wildcard("?ild"))),
        ("(pref*, suf**)", seq(Wildcard("pref*"), Wildcard("suf*"))),
        ("*", Wildcard("*")),
        ("** *?", Wildcard("*")),
        ("* gold * silver", seq(GOLD, SILVER)),
        ("* type:pdf", Filter("type", ("pdf",))),
        ("title:*", Field("title", Wildcard("*"))),
        ("gold?? ??? wtf?!?", seq(Word("gold??"), Word("wtf?!?"))),
        ("https://example.org/?q=a*", Word("https://example.org/?q=a*")),
        ("gold~", Fuzzy("gold", 1)),
        ("golden~", Fuzzy("golden", 2)),
        ("gold~0 gold~1 gold~2", seq(*(Fuzzy("gold", edits) for edits in (0, 1, 2)))),
        ("gold~9 gold~0.8", seq(Fuzzy("gold", 2), Fuzzy("gold", 1))),
        ("gold~, wi?d~1", seq(Fuzzy("gold", 1), Wildcard("wi?d"))),
        ("~/notes go~ld ~2", seq(Word("~/notes"), Word("go~ld"), Word("~2"))),
        ("/gol[dt]/ /a(b|c)+/i", seq(Regex("gol[dt]"), Regex("a(b|c)+"))),
        (r"-/a\/b/", Not(Regex(r"a\/b"))),
        ("(/gold/)", Regex("gold")),
        ("/usr/bin and/or", seq(Word("/usr/bin"), Word("and/or"))),
        ("gold^2", Boost(GOLD, 2.0)),
        ("gold~1^2.5", Boost(Fuzzy("gold", 1), 2.5)),
        ("go*^0.5", Boost(Wildcard("go*"), 0.5)),
        ('"old gold"~2^3', Boost(phrase("old gold", 2, False), 3.0)),
        ("/gold/^2", Boost(Regex("gold"), 2.0)),
        ("(gold silver)^2", Boost(seq(GOLD, SILVER), 2.0)),
        ("-gold^2", Not(Boost(GOLD, 2.0))),
        ("gold^ gold^x ^2", seq(Word("gold^"), Word("gold^x"), Word("^2"))),
        # Escapes
        (r"\-gold \+gold \!gold", seq(Word("-gold"), Word("+gold"), Word("!gold"))),
        (r"\AND gold \OR \NOT", seq(Word("AND"), GOLD, Word("OR"), Word("NOT"))),
        (r"go\*ld go\"ld \(gold\)", seq(Word("go*ld"), Word('go"ld'), Word("(gold)"))),
        (r"gold\~2 gold\^2 title\:gold", seq(*map(Word, ("gold~2", "gold^2", "title:gold")))),
        (r"C:\notes \alpha a\\b", seq(Word(r"C:\notes"), Word(r"\alpha"), Word(r"a\b"))),
        # Fields that hold text
        ("title:gold", Field("title", GOLD)),
        ("Heading:gold BODY:gold", seq(Field("heading", GOLD), Field("body", GOLD))),
        ('title:"old gold"~2', Field("title", phrase("old gold", 2, False))),
        ("title:(gold OR silver)", Field("title", Or((GOLD, SILVER)))),
        ("title:(gold silver)^2", Field("title", Boost(seq(GOLD, SILVER), 2.0))),
        ("title:go*^2", Field("title", Boost(Wildcard("go*"), 2.0))),
        (
            "title:gold~ title:/gold/",
            seq(*(Field("title", x) for x in (Fuzzy("gold", 1), Regex("gold")))),
        ),
        ("title:-gold title:OR", seq(Field("title", Word("-gold")), Field("title", Word("OR")))),
        ("title:body:gold", Field("title", Word("body:gold"))),
        ("title:(gold body:silver)", Field("title", seq(GOLD, Field("body", SILVER)))),
        # Fields that are compared
        ("type:pdf,Markdown", Filter("type", ("pdf", "markdown"))),
        ("type:(pdf OR docx)", Or((Filter("type", ("pdf",)), Filter("type", ("docx",))))),
        ("type:(pdf docx)", Or((Filter("type", ("pdf",)), Filter("type", ("docx",))))),
        ("type:pdf type:docx", seq(Filter("type", ("pdf",)), Filter("type", ("docx",)))),
        ("(type:pdf)", Filter("type", ("pdf",))),
        ("ext:.PDF,*.tar.gz", Filter("ext", ("pdf", "tar.gz"))),
        ("lang:DE", Filter("lang", ("de",))),
        (r"path:C:\notes\*.md", Filter("path", ("C:/notes/*.md",))),
        ('path:"my notes/a (1).md"', Filter("path", ("my notes/a (1).md",))),
        ("path:notes(1).md", Filter("path", ("notes(1).md",))),
        ("dir:projects/*/src", Filter("dir", ("projects/*/src",))),
        ('author:"Doe, John",smith', Filter("author", ("Doe, John", "smith"))),
        ("author:“Ada Lovelace”", Filter("author", ("Ada Lovelace",))),
        (
            'author:("Ada Lovelace" OR Turing)',
            Or((Filter("author", ("Ada Lovelace",)), Filter("author", ("Turing",)))),
        ),
        ("date:2024-02", Dates((Interval(date(2024, 2, 1), date(2024, 2, 29)),))),
        ('date:"last week"', Dates((Interval(date(2024, 5, 6), date(2024, 5, 12)),))),
        ("date>=2024", Dates((Interval(date(2024, 1, 1), None),))),
        ("before:2024-03-05", Dates((Interval(None, date(2024, 3, 4)),))),
        ("after:2024-03-05", Dates((Interval(date(2024, 3, 5), None),))),
        (
            "year:2019,2021..2022",
            Dates(
                (
                    Interval(date(2019, 1, 1), date(2019, 12, 31)),
                    Interval(date(2021, 1, 1), date(2022, 12, 31)),
                )
            ),
        ),
        ("size:>1M", Sizes((Interval(1_000_001, None),))),
        ("size>1k size<1M", seq(Sizes((Interval(1001, None),)), Sizes((Interval(None, 999_999),)))),
        (
            "page:3 page:3..7,9",
            seq(Pages((Interval(3, 3),)), Pages((Interval(3, 7), Interval(9, 9)))),
        ),
        # No fields
        ("foo:bar 12:30", seq(Word("foo:bar"), Word("12:30"))),
        ("http://example.org std::vector", seq(Word("http://example.org"), Word("std::vector"))),
        ("subtitle:gold x-title:gold", seq(Word("subtitle:gold"), Word("x-title:gold"))),
        ('foo:"old gold"', seq(Word("foo:"), phrase("old gold"))),
    ],
)
def test_trees(text, expected):
    """Each query has this tree, and nothing to complain about."""
    parsed = parse(f"{text} ", TODAY)
    assert parsed.tree == expected
    assert parsed.errors == ()
    assert not parsed.literal


@pytest.mark.parametrize(
    ("text", "expected", "code", "place", "message"),
    [
        (
            'gold "old si',
            seq(GOLD, Phrase((Word("old"), Word("si", open=True)))),
            "unclosed-quote",
            (5, 12),
            "The quotation mark at 6 is never closed.",
        ),
        (
            "„old",
            Phrase((Word("old", open=True),)),
            "unclosed-quote",
            (0, 4),
            "The quotation mark at 1 is never closed.",
        ),
        (
            'author:"Ada',
            Filter("author", ("Ada",)),
            "unclosed-quote",
            (7, 11),
            "The quotation mark at 8 is never closed.",
        ),
        (
            "coal (gold OR silver ",
            seq(COAL, Or((GOLD, SILVER))),
            "unclosed-parenthesis",
            (5, 6),
            "The parenthesis at 6 is never closed.",
        ),
        (
            "gold) silver ",
            seq(GOLD, SILVER),
            "stray-parenthesis",
            (4, 5),
            "The parenthesis at 5 was never opened.",
        ),
        (
            "gold OR ",
            seq(GOLD, Word("OR")),
            "lonely-operator",
            (5, 7),
            "OR at 6 has no word on both sides.",
        ),
        (
            "AND gold ",
            seq(Word("AND"), GOLD),
            "lonely-operator",
            (0, 3),
            "AND at 1 has no word on both sides.",
        ),
        ("gold && ", GOLD, "lonely-operator", (5, 7), "&& at 6 has no word on both sides."),
        (
            "(gold NOT) ",
            seq(GOLD, Word("NOT")),
            "lonely-operator",
            (6, 9),
            "NOT at 7 has nothing after it.",
        ),
        (
            "title: gold ",
            seq(Word("title:"), GOLD),
            "no-value",
            (0, 6),
            "title: at 1 has no value.",
        ),
        (
            "(gold type:) ",
            seq(GOLD, Word("type:")),
            "no-value",
            (6, 11),
            "type: at 7 has no value.",
        ),
        (
            "gold date:2024-13 ",
            seq(GOLD, Word("date:2024-13")),
            "bad-value",
            (5, 17),
            "date:2024-13 at 6 is no date.",
        ),
        (
            'date:"next week" ',
            seq(Word("date:"), Word("next"), Word("week")),
            "bad-value",
            (0, 16),
            'date:"next week" at 1 is no date.',
        ),
        ("size:huge ", Word("size:huge"), "bad-value", (0, 9), "size:huge at 1 is no size."),
        ("size>x ", Word("size>x"), "bad-value", (0, 6), "size>x at 1 is no size."),
        ("page:0 ", Word("page:0"), "bad-value", (0, 6), "page:0 at 1 is no page."),
        ("type:, ", Word("type:,"), "bad-value", (0, 6), "type:, at 1 is no value of type:."),
        (
            "date:(2024 soon) ",
            Or((Dates((Interval(date(2024, 1, 1), date(2024, 12, 31)),)), Word("soon"))),
            "bad-value",
            (11, 15),
            "soon at 12 is no date.",
        ),
        (
            "gold /si(lver/ ",
            seq(GOLD, seq(Word("/si"), Word("lver/"))),
            "bad-regex",
            (5, 14),
            "The regular expression at 6 cannot be read.",
        ),
        (
            f"/{'a' * 201}/ ",
            Word(f"/{'a' * 201}/"),
            "bad-regex",
            (0, 203),
            "The regular expression at 1 cannot be read.",
        ),
    ],
)
def test_errors(text, expected, code, place, message):
    """What is odd is named with its place, and searched for as well as may be."""
    parsed = parse(text, TODAY)
    error = parsed.error
    assert parsed.tree == expected
    assert (error.code, error.message, (error.start, error.end)) == (code, message, place)
    assert error.hint.endswith(".")
    assert len(parsed.errors) == 1


def test_errors_come_by_place():
    """The first error is the one that stands first, and there are never very many."""
    parsed = parse('(gold "silver', TODAY)
    assert [error.code for error in parsed.errors] == ["unclosed-parenthesis", "unclosed-quote"]
    assert parsed.error == parsed.errors[0]
    assert len(parse(")" * 1000, TODAY).errors) == 8


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("gold", True),
        ("old gold", True),
        ("gold ", False),
        ("gold,", False),
        ("gold?", False),
        ("gold\u3000", False),
        ("(old gold", True),
        ("(old gold)", False),
        ('"old gold', True),
        ('"old gold"', False),
        ('"old gold ', False),
        ("title:gold", True),
        ("+gold", True),
        ("old OR gold", True),
        ("我", True),
        ("-gold", False),
        ("old NOT gold", False),
        ('-"old gold', False),
        ("-(old gold", False),
        ("gold~", False),
        ("gold^2", False),
        ("gold*", False),
    ],
)
def test_the_last_word_is_open_until_something_follows(text, is_open):
    """A word that is still being typed is marked, unless it is excluded."""
    assert [node.open for node in walk(parse(text, TODAY).tree) if isinstance(node, Word)][-1:] == (
        [is_open] if "*" not in text and "~" not in text else []
    )


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("what is gold?", "what is gold?"),
        ('the "old mine" -silver NOT (coal OR tin)', "the old mine"),
        ("gold AND (silver OR +coal^2)", "gold silver coal"),
        ("recieve~ go* /x+/ title:annual type:pdf author:smith date:2024", "recieve annual"),
        ('"gold * mine"', "gold mine"),
        ("-gold", ""),
        ("", ""),
    ],
)
def test_plain_words(text, plain):
    """What is looked for by meaning has no operators, filters or patterns in it."""
    assert words(tree(text)) == plain


def test_which_nodes_may_be_missing():
    """Words and groups of words may be missing from a hit; all that has a sign may not."""
    query = tree('gold go* gold~ /g/ (a b) gold^2 "a b" +a -a title:a type:pdf (a OR b) (a AND b)')
    assert [is_optional(node) for node in query.nodes] == [True] * 6 + [False] * 7


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("type:pdf", True),
        ("type:pdf -date:2024 (size:>1M OR page:3)", True),
        ("+type:pdf", True),
        ("type:pdf gold", False),
        ("type:pdf OR gold", False),
        ('title:gold "gold"', False),
        ("", False),
    ],
)
def test_what_only_narrows_down(text, expected):
    """A query of filters alone has nothing that is scored."""
    assert is_filter(tree(text)) is expected


def test_spans_say_where_each_node_is_written():
    """A node's span holds its signs, its suffixes and its parentheses."""
    text = ' -title:"old gold"~2^3 (silver OR coal) '
    spans = {type(node).__name__: text[node.start : node.end] for node in walk(tree(text[:-1]))}
    assert spans == {
        "Sequence": text,
        "Not": '-title:"old gold"~2^3',
        "Field": 'title:"old gold"~2^3',
        "Boost": '"old gold"~2^3',
        "Phrase": '"old gold"~2',
        "Or": "silver OR coal",
        "Word": "coal",
    }


def test_children_of_every_kind_of_node():
    """Groups, marks and phrases have nodes inside, the rest has none."""
    query = tree('+gold -title:"a b"^2 (a OR b) type:pdf')
    assert [len(children(node)) for node in walk(query)] == [4, 1, 0, 1, 1, 1, 2, 0, 0, 2, 0, 0, 0]
