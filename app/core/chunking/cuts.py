"""Where to cut a row of atoms into chunks: the cheapest way over all of them.

Like breaking a paragraph into lines (Knuth and Plass 1981): each chunk costs the square of the
share it leaves empty, each cut what it tears apart. So chunks come out nearly full and of
even size, cuts fall between paragraphs before they fall between sentences, and no tiny tail is
left over.
"""

from __future__ import annotations

from collections.abc import Sequence

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
    best = [0.0] + [float("inf")] * len(atoms)
    came_from = [0] * (len(atoms) + 1)
    for end in range(1, len(atoms) + 1):
        for begin in range(end - 1, -1, -1):
            if total[end] - total[begin] > size and begin < end - 1:
                break
            weight = total[end] - total[starts[begin]]
            if weight > size and begin < end - 1:
                continue
            empty = 1 - weight / size
            cut = atoms[begin].cost if begin else 0.0
            cost = best[begin] + cut + empty * empty + _PER_CHUNK
            if cost < best[end]:
                best[end], came_from[end] = cost, begin
    cuts = [came_from[len(atoms)]]
    while cuts[-1]:
        cuts.append(came_from[cuts[-1]])
    return cuts[::-1]
