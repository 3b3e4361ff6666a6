"""Keys of forms: what the forms of one word in one language have in common.

A form has the stem of its spelling and that of the spelling without diacritics, both folded, so
that a word typed without them meets the same key: the stems of "häuser" and "hauser" are "haus".
"""

from __future__ import annotations

import re
from functools import lru_cache

from app.core.analysis.snowball import stemmer
from app.core.analysis.spelling import fold
from app.core.analysis.stem import stem

# Numbers, versions, addresses, tags and C++ have no endings.
_UNSTEMMED = re.compile(r"[\d@#+.,_\-]")


def keys(form: str, language: str) -> tuple[str, ...]:
    """The folded stems of a form, none for what has no stem; `language` is an ISO 639-1 code.

    A language without a stemmer, or none (""), has no keys; folding is all that is left there.

    >>> keys("running", "en"), keys("häuser", "de"), keys("élève", "fr"), keys("v1.2", "en")
    (('run',), ('haus',), ('elev',), ())
    >>> keys("running", ""), keys("วิ่ง", "th")
    ((), ())
    """
    if not form or _UNSTEMMED.search(form):
        return ()
    if language == "en":
        return (stem(fold(form)),)
    return _keys(form, language)


@lru_cache(maxsize=1 << 16)
def _keys(form: str, language: str) -> tuple[str, ...]:
    algorithm = stemmer(language)
    if algorithm is None:
        return ()
    folded, lower = fold(form), form.lower()
    stems = [fold(algorithm(lower))]
    if folded != lower:
        stems.append(fold(algorithm(folded)))
    # A stemmer may leave nothing of a very short word.
    return tuple(dict.fromkeys(stem for stem in stems if stem))
