"""Whether arrays that came from a file fit together, so that nothing reads outside of them.

A checksum tells that a file is as it was written; it does not tell who wrote it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from app.core.lexical.postings import Postings

_U1, _U2, _U4 = np.dtype(np.uint8), np.dtype(np.uint16), np.dtype(np.uint32)
_MOST_COUNTED, _LONGEST_FIELD = 255, (1 << 16) - 1
_FIELDS = ("headings", "title", "path", "repeated")


def divides(at: NDArray[Any], total: int) -> bool:
    """Whether offsets (n + 1,) rise from 0 to `total`: stretches end to end, some empty.

    >>> divides(np.array([0, 2, 2, 5]), 5), divides(np.array([0, 3, 2, 5]), 5)
    (True, False)
    """
    if at.ndim != 1 or len(at) == 0 or int(at[0]) != 0 or int(at[-1]) != total:
        return False
    return bool(np.all(at[1:] >= at[:-1]))


def rises(values: NDArray[Any], below: int) -> bool:
    """Whether values (n,) rise strictly and the last is under `below`.

    >>> rises(np.array([0, 2, 4]), 5), rises(np.array([0, 2, 2]), 5), rises(np.array([5]), 5)
    (True, False, False)
    """
    if len(values) == 0:
        return True
    return int(values[-1]) < below and bool(np.all(values[1:] > values[:-1]))


def fault(postings: Postings) -> str:
    """Name of an array that does not fit the others, "" if all do.

    Whether lists rise is not looked at, as results alone hang on it; nor is the stream of
    positions, whose readers count its bytes.
    """
    return (
        _odd_type(postings)
        or _odd_offsets(postings)
        or _odd_values(postings)
        or _odd_keys(postings)
        or ("" if _are_texts(postings.term_blob, postings.term_offsets) else "term_blob")
    )


def _odd_type(postings: Postings) -> str:
    types: dict[str, np.dtype[Any]] = dict.fromkeys(postings.to_arrays(), _U4)
    types |= dict.fromkeys((name for name in types if name.endswith(("_blob", "_counts"))), _U1)
    types |= {"counts": _U1, "positions": _U1}
    types |= {f"{field}_lengths": _U2 for field in _FIELDS[:3]}
    for name, array in postings.to_arrays().items():
        if array.dtype != types[name] or array.ndim != (2 if name == "field_starts" else 1):
            return name
    return ""


def _odd_offsets(postings: Postings) -> str:
    terms, keys = len(postings.term_offsets) - 1, len(postings.key_offsets) - 1
    wanted = {
        "term_offsets": (terms, len(postings.term_blob)),
        "posting_offsets": (terms, len(postings.ordinals)),
        "position_offsets": (terms, len(postings.positions)),
        "key_offsets": (keys, len(postings.key_blob)),
        "key_form_offsets": (keys, len(postings.key_forms)),
    }
    for name, (count, total) in wanted.items():
        offsets = getattr(postings, name)
        if len(offsets) != count + 1 or not divides(offsets, total):
            return name
    # A form without postings would get what its neighbour has where lists are summed up.
    offsets = postings.posting_offsets
    return "" if bool(np.all(offsets[1:] > offsets[:-1])) else "posting_offsets"


def _odd_values(postings: Postings) -> str:
    chunks, found = len(postings.body_lengths), len(postings.ordinals)
    for field in _FIELDS:
        if len(getattr(postings, f"{field}_lengths")) != chunks:
            return f"{field}_lengths"
        places = getattr(postings, f"{field}_postings")
        if len(places) != len(getattr(postings, f"{field}_counts")) or not rises(places, found):
            return f"{field}_postings"
    if postings.field_starts.shape != (chunks, 3):
        return "field_starts"
    if len(postings.counts) != found:
        return "counts"
    if found and int(postings.ordinals.max()) >= chunks:
        return "ordinals"
    return ""


def _odd_keys(postings: Postings) -> str:
    terms, forms = len(postings.term_offsets) - 1, postings.key_forms
    if len(forms) and int(forms.max()) >= terms:
        return "key_forms"
    if not _are_texts(postings.key_blob, postings.key_offsets):
        return "key_blob"
    lasts = postings.key_blob[postings.key_offsets[1:].astype(np.int64) - 1]
    return "key_blob" if bool(np.any(lasts == ord(":"))) else ""  # a kind, and no spelling


def _are_texts(blob: NDArray[Any], offsets: NDArray[Any]) -> bool:
    """Whether stretches are UTF-8, each on its own, and none of them is empty."""
    starts = blob[offsets[:-1]] if bool(np.all(offsets[1:] > offsets[:-1])) else None
    if starts is None or bool(np.any(starts & 0xC0 == 0x80)):
        return False
    try:
        str(blob.data, "utf-8")
    except UnicodeDecodeError:
        return False
    return True


def contradiction(postings: Postings) -> str:
    """Name of an array that says other than the others, "" if none does; for sound ones.

    Reads all of them, which takes too long for every start: whether each list of chunks rises,
    whether each occurrence has a position, and each chunk as many of them as its lengths tell,
    as far as they are counted.
    """
    at = postings.posting_offsets[:-1].astype(np.intp)
    if len(at) == 0:
        return ""
    rising = postings.ordinals[1:] > postings.ordinals[:-1]
    rising[at[1:] - 1] = True
    if not bool(np.all(rising)):
        return "ordinals"
    places = postings.position_offsets[:-1].astype(np.intp)
    if not rises(postings.position_offsets, len(postings.positions) + 1):
        return "position_offsets"
    ends = np.add.reduceat(postings.positions < 0x80, places, dtype=np.int64)
    if not np.array_equal(ends, np.add.reduceat(postings.counts, at, dtype=np.int64)):
        return "positions"
    lengths = sum(one.astype(np.int64) for one in postings.lengths)
    found = np.bincount(postings.ordinals, postings.counts, minlength=postings.n_chunks)
    uncounted = np.zeros(postings.n_chunks, dtype=np.bool_)
    uncounted[postings.ordinals[postings.counts == _MOST_COUNTED]] = True
    for field in postings.lengths[1:]:
        uncounted |= field == _LONGEST_FIELD
    return "" if bool(np.all((found == lengths) | uncounted)) else "counts"
