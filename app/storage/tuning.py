"""What audits have found: how many times as many candidates a search of a model's vectors takes.

A file of its own beside the segments, as no commit is made of it. What cannot be read of it is
left: the next audit finds the same again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

import numpy as np

from app.errors import StorageError
from app.ports import Store
from app.storage import sections
from app.storage.strings import StringTable

NAME = "tuning"
"""The file. Section `wider` uint32 (m,): the factor of each model in the string column `model`."""

_MOST = 1 << 20
_log = logging.getLogger(__name__)


async def load(store: Store) -> dict[str, int]:
    """Factors by model, 2 and more; models without one have 1."""
    try:
        if not await store.size(NAME):
            return {}
        arrays = sections.unpack(await store.read(NAME), NAME)
        models, wider = StringTable.from_arrays(arrays, "model"), arrays["wider"].tolist()
        return {model: min(factor, _MOST) for model, factor in zip(models, wider, strict=True)}
    except (StorageError, KeyError, ValueError) as error:
        _log.warning("%s cannot be read, searching without it: %s", NAME, error)
        return {}


async def save(store: Store, wider: Mapping[str, int]) -> None:
    """Keep the factors. Raises `StorageError`."""
    models = StringTable.build(wider).to_arrays("model")
    factors = np.fromiter(wider.values(), np.uint32, len(wider))
    await store.write(NAME, sections.pack({**models, "wider": factors}))
