"""Measuring what a search by meaning finds, on the passages themselves."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import asdict

from app.core.dense.auditing import Audit, tallied
from app.core.dense.flat import RECALL, FlatIndex
from app.core.dense.scan import Uint32s
from app.engine.progress import Meter, Pacer
from app.engine.reports import VectorAudit
from app.engine.state import State
from app.errors import InputError, StorageError

SAMPLE = 200
"""Passages that are asked for their neighbours."""

MAX_SAMPLE = 10_000
MAX_K = 100

_AT_ONCE = 8
"""Passages that are asked between two turns of the event loop."""

_log = logging.getLogger(__name__)


async def audit(state: State, sample: int, k: int, meter: Meter, pacer: Pacer) -> VectorAudit:
    """Measure searches of the model that most passages have vectors of.

    What it takes to reach `RECALL` is kept for all searches to come. `InputError` for a sample or
    a k that is off.
    """
    _check(sample, k)
    async with state.reading() as view:
        model, n = (view.models[0].model, view.models[0].chunks) if view.models else (None, 0)
        index = FlatIndex([])
        if model is not None:
            await state.load_vectors(view, [model])
            index = view.vectors(model)
        before = index.wider
        found = await _audited(index, sample, k, meter, pacer)
    if model is not None and index.wider > before:
        try:
            await state.widen(model, index.wider)
        except StorageError as error:  # it holds until the collection is closed
            _log.warning("what the audit found cannot be kept: %s", error.message)
    return VectorAudit(model, n, **asdict(found))


def _check(sample: object, k: object) -> None:
    """`InputError` for a sample or a k that is off."""
    for name, value, most in (("sample", sample, MAX_SAMPLE), ("k", k, MAX_K)):
        if type(value) is not int or not 1 <= value <= most:
            raise InputError(f"{name} is {value!r}; it must be a whole number, 1 to {most:,}.")


async def _audited(index: FlatIndex, sample: int, k: int, meter: Meter, pacer: Pacer) -> Audit:
    """The recall of searches for k neighbours of a sample of passages, beside exact ones.

    Exact is by the int8 codes, as a collection keeps nothing else. As long as the recall is below
    `RECALL`, the index takes twice as many candidates.
    """
    rows = index.sample(sample)
    meter.total = len(rows)

    async def asked(*, exact: bool) -> list[Uint32s]:
        found: list[Uint32s] = []
        for some in _groups(rows):
            found += index.neighbours(some, k, exact=exact)
            if exact:  # which takes nearly all of the time
                meter.done = len(found)
                meter.tell(phase="audit")
            await pacer.pause()
        return found

    wanted = await asked(exact=True)
    before = None
    while True:
        found = await asked(exact=False)
        done = tallied(found, wanted, k=k, plan=index.plan, reference="int8", before=before)
        if done.recall >= RECALL or done.candidates is None:
            return done
        before = done.before
        index.wider *= 2


def _groups(rows: Uint32s) -> Iterator[Uint32s]:
    return (rows[at : at + _AT_ONCE] for at in range(0, len(rows), _AT_ONCE))
