"""What the elements of HTML do to the text inside them."""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


HEADINGS = {f"h{level}": level for level in range(1, 7)}

BREAKING = _names(
    """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav
    ol optgroup option p pre search section select summary table tbody tfoot thead tr ul
    """
)
"""Elements before and after which a new line begins."""

VOID = _names("area base br col embed frame hr img input link meta param source track wbr")
"""Elements without an end tag."""

IN_HEAD = _names("base basefont bgsound head html link meta noscript script style template title")
"""Elements that may stand in <head>; any other one ends it."""

UNSEEN = _names(
    """
    annotation audio canvas datalist dialog head iframe noembed noframes noscript object script
    select style svg template textarea video
    """
)
"""Elements whose content a reader does not see as text of the page."""

BOILERPLATE = _names("aside footer nav search")
BOILERPLATE_ROLES = _names("banner complementary contentinfo navigation search")

ENDS_WITH_NEXT = {
    "li": frozenset({"li"}),
    "td": frozenset({"td", "th"}),
    "th": frozenset({"td", "th"}),
    "tr": frozenset({"tr"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "option": frozenset({"option"}),
}
"""Elements whose end tag may be left out, and what a start tag of each ends."""

CONTAINERS = _names("datalist dl menu ol select table ul")
"""What such an omitted end does not reach beyond."""
