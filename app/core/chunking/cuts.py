"""Where to cut a row of atoms into chunks: the cheapest way over all of them.

Like breaking a paragraph into lines (Knuth and Plass 1981): each chunk costs the square of the
share it leaves empty, each cut what it tears apart. So chunks come out nearly full and of
even size, cuts fall between paragraphs before they fall between sentences, and no tiny tail is
left over.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from app.core.chunking.atoms import Atom

_PER_CHUNK = 0.05


def overlap_starts(atoms: Sequence[Atom], size: int, target: float) -> list[int]:
    """For each atom, the one where a chunk beginning with it would really start.

    Going back over whole sentences of prose, to the weight nearest to `target`, no more than
    twice of it, and only as far as the atom itself still fits. Equal to the atom's own index where
    nothing is repeated.
    """
    starts = list(range(len(atoms)))
    for index, atom in enumerate(atoms):
        room = min(2 * target, size - atom.weight)
        back, weight, best = index, 0, target
        while back > 0 and atom.prose and atoms[back - 1].prose:
            back -= 1
            weight += atoms[back].weight
            if weight > room or abs(weight - target) >= best:
                break
            best = abs(weight - target)
            starts[index] = back
    return starts


def cheapest_cuts(atoms: Sequence[Atom], starts: Sequence[int], size: int) -> list[int]:
    """Indices of the atoms that begin a chunk, the first one included.

    Every chunk with what it repeats weighs `size` at most. O(n · size / smallest weight).

    >>> row = [Atom(0, 1, 40, 0.0, True)] * 3
    >>> cheapest_cuts(row, [0, 1, 2], size=100)
    [0, 2]
    """
    total = [0]
    for atom in atoms:
        total.append(total[-1] + atom.weight)
    shown = [total[start] for start in starts]
    came_from = [0] * (len(atoms) + 1)
    best = 0.0
    before: list[float] = []
    """For each atom the cost of all chunks before it, and of a cut there."""
    furthest = 0
    for last, upto in enumerate(total[1:]):
        before.append(best + (atoms[last].cost if last else 0.0))
        while upto - total[furthest] > size and furthest < last:
            furthest += 1
        best = inf
        for begin in range(last, furthest - 1, -1):
            weight = upto - shown[begin]
            if weight > size and begin < last:
                continue
            empty = 1 - weight / size
            cost = before[begin] + empty * empty + _PER_CHUNK
            if cost < best:
                best, came_from[last + 1] = cost, begin
    cuts = [came_from[len(atoms)]]
    while cuts[-1]:
        cuts.append(came_from[cuts[-1]])
    return cuts[::-1]
