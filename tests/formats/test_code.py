"""Source code: its blocks, and the functions and classes over them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.analysis.wordpiece import estimate_tokens
from app.core.chunking import chunk
from app.formats import read
from app.formats.languages import LANGUAGES
from app.formats.outline import outline
from app.formats.outline_patterns import PATTERNS
from tests.formats.test_any_file import check


def names(path, source):
    """What the outline finds, as (line from 1, last line, nesting)."""
    language = LANGUAGES[path]
    found = []

    def walk(definitions, depth):
        for each in definitions:
            found.append((each.line + 1, each.last + 1, depth))
            walk(each.inside, depth + 1)

    walk(outline(source.strip("\n").split("\n"), language), 0)
    return found


SOURCES = {
    "py": (
        """
# about
@decorated
class Mine(Base):
    \"\"\"Text

at the margin: def no(x):
    \"\"\"

    def dig(
        self,
    ) -> int:
        return 1

    async def haul(self): ...
x = 1
def last(): pass
""",
        [(3, 14, 0), (9, 12, 1), (14, 14, 1), (16, 16, 0)],
    ),
    "ts": (
        """
export default class Mine extends Base {
  private async dig(deep: number): Promise<void> {
    if (deep > 1) {
      stop();
    }
  }
}
export const haul = async (x: T): Promise<T> => {
  while (true) {
  }
};
interface Gold { a: string }
function* last() {
}
""",
        [(1, 7, 0), (2, 6, 1), (8, 11, 0), (12, 12, 0), (13, 14, 0)],
    ),
    "java": (
        """
@Service
public class Mine {
    private int x = 1;

    @Override
    public List<String> dig(int deep) throws Stop {
        for (int i = 0; i < 1; i++) {
        }
        return new Gold(deep);
    }

    record Gold(int x) {}
}
""",
        [(2, 13, 0), (6, 10, 1), (12, 12, 1)],
    ),
    "c": (
        """
#include <gold.h>
static int x = call(1);
int declared(int x);
static void dig(struct mine *m,
                int deep)
{
#ifdef DEEP
\tif (deep)
\t\tstop();
#endif
}

struct mine {
\tint deep;
};
int main(void) { return 0; }
""",
        [(4, 11, 0), (13, 15, 0)],
    ),
    "cpp": (
        """
namespace gold {
class Mine : public Base {
public:
  Mine();
  int dig(int deep) const {
    return deep;
  }
};
}
void Mine::haul() {
}
""",
        [(1, 1, 0), (2, 8, 0), (5, 7, 1), (10, 11, 0)],
    ),
    "go": (
        """
type Mine struct {
\tDeep int
}
func (m *Mine) Dig(deep int) error {
\tif deep > 1 {
\t}
\treturn nil
}
""",
        [(1, 3, 0), (4, 8, 0)],
    ),
    "rs": (
        """
/// About.
#[derive(Debug)]
pub struct Mine {
    deep: u8,
}
impl<T> Dig for Mine
where
    T: Copy,
{
    pub(crate) async fn dig(&self) {
    }
}
""",
        [(3, 5, 0), (6, 12, 0), (10, 11, 1)],
    ),
    "rb": (
        """
module Gold
  class Mine
    def dig(deep)
      stop if deep
    end
  end
end
""",
        [(1, 7, 0), (2, 6, 1), (3, 5, 2)],
    ),
    "php": (
        """
<?php
abstract class Mine {
    public static function dig($deep) {
        return 1;
    }
}
function last() {
}
""",
        [(2, 6, 0), (3, 5, 1), (7, 8, 0)],
    ),
    "cs": (
        """
namespace Gold
{
    public sealed class Mine : Base
    {
        public async Task<int> Dig(int deep)
        {
            return 1;
        }
    }
}
""",
        [(1, 10, 0), (3, 9, 1), (5, 8, 2)],
    ),
    "sh": (
        """
dig () {
\tif true
\tthen
\t\tstop
\tfi
}
function haul {
  true
}
dig 1
""",
        [(1, 6, 0), (7, 9, 0)],
    ),
}


@pytest.mark.parametrize("path", SOURCES)
def test_outlines(path):
    """Functions and classes, nested, without declarations, calls and what only looks so."""
    source, expected = SOURCES[path]
    assert names(path, source) == expected


@pytest.mark.parametrize("path", SOURCES)
def test_unfinished_files(path):
    """An outline is found up to where the file ends, wherever that is."""
    source, expected = SOURCES[path]
    source = source.strip("\n")
    for percent in range(100):
        found = names(path, source[: len(source) * percent // 100])
        lines = source[: len(source) * percent // 100].count("\n") + 1
        assert all(line <= last <= lines for line, last, _ in found)
        assert len(found) <= len(expected) + 1


def body(name, lines, indent="    "):
    """A function of so many lines."""
    text = "".join(f"{indent}    value_{number} = dig({number})\n" for number in range(lines))
    return f"{indent}def {name}(self):\n{text}\n"


def test_large_definitions_are_over_their_passages():
    """Each passage of a large one says where it is; what comes after is not in it."""
    source = (
        "import gold\n\n\nclass Mine:\n"
        + body("small", 3)
        + "    # hauls\n"
        + body("haul", 60)
        + body("after", 2)
        + "\n\ndef last():\n    return 1\n"
    )
    document = read("mine.py", source.encode())
    check(document)
    parts = chunk(document, count_tokens=estimate_tokens)
    paths = {
        line: part.address.heading
        for part in parts
        for line in range(part.address.line, part.address.end_line + 1)
    }
    lines = source.split("\n")
    assert paths[1] == ()
    assert paths[lines.index("    def small(self):") + 1] == ("class Mine",)
    assert paths[lines.index("        value_50 = dig(50)") + 1] == ("class Mine", "def haul")
    assert paths[lines.index("    # hauls") + 1] == ("class Mine", "def haul")
    assert paths[lines.index("    def after(self):") + 1] == ("class Mine",)
    assert paths[lines.index("def last():") + 1] == ()


def test_small_definitions_share_passages():
    """A file of small functions is cut as before: at its margin, without headings."""
    source = "".join(f"def dig_{number}():\n    return {number}\n\n\n" for number in range(9))
    document = read("mine.py", source.encode())
    assert [block.kind for block in document.blocks] == ["code"] * 9
    assert len(chunk(document, count_tokens=estimate_tokens)) == 1


def test_passages_hold_the_whole_source():
    """No line is lost or moved."""
    for path, (source, _) in SOURCES.items():
        document = read(f"a.{path}", (source * 40).encode())
        check(document)
        assert document.text == source * 40


@given(
    st.sampled_from(sorted(SOURCES)),
    st.text("{}()[];:\"'#/*\n\t abdefclassfunction=>.,", max_size=400),
)
def test_signs_of_chance(path, source):
    """Whatever stands there, blocks and lines hold."""
    if source.strip():
        document = read(f"a.{path}", ("x = 1\n" + source * 20).encode())
        check(document)


@pytest.mark.parametrize("language", sorted(PATTERNS))
def test_patterns_take_bounded_time(language):
    """Lines of any kind are told in microseconds, so that a file of them takes seconds."""
    pieces = [
        "a ",
        "(",
        "a(",
        "public ",
        "<",
        "a,",
        "* ",
        "const a = (",
        " ",
        "@a() ",
        "a = ",
        "a:",
    ]
    begun = time.monotonic()
    for piece in pieces:
        outline([(piece * 400)[:399]] * 200, language)
    assert time.monotonic() - begun < 10
