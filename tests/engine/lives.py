"""Lives of a collection, and what must be there after each of their steps, for tests of crashes.

A life is a list of acts; each act is a name and its numbers. `Life.live` lives it on a store and
notes, for each act, what of it may be found if it is cut short.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from app.engine import EmbedderChain
from app.storage.merge import MergePolicy
from tests.engine.helpers import ConceptEmbedder, collection, source
from tests.engine.test_upgrading import QuickEmbedder

POLICY = MergePolicy(factor=3, floor=3)
"""So few segments that a short life has merges of merges."""
MODELS = ("concept/1", "concept/2")
FOLDER = "notes"


def text_of(number: int, version: int) -> str:
    """The text of a document: some of one passage, some of three; each passage says "mutual"."""
    words = ("mutual", f"number{number}", f"version{version}", "puppy", "garage")
    return " ".join(words * (60 if number % 4 == 0 else 1)) + "."


def path_of(number: int) -> str:
    """Even ones lie in a folder that is given whole."""
    return f"{FOLDER}/{number}.txt" if number % 2 == 0 else f"{number}.txt"


@dataclass(frozen=True, slots=True)
class Content:
    """What a collection holds."""

    texts: dict[str, str] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()


class Life:
    """What is there now, and how far a model of it has come."""

    def __init__(self, content: Content = Content(), model: int = 0) -> None:
        self.content = content
        self.model = model
        self.found = None
        self.torn: frozenset[str] = frozenset()
        """Kinds of damage that the crash before it may have left."""

    async def open(self, store):
        """Begin, or go on after a crash."""
        best = [ConceptEmbedder(model=MODELS[self.model])]
        others = [ConceptEmbedder(model=name) for name in MODELS if name != MODELS[self.model]]
        chain = EmbedderChain([*best, QuickEmbedder(), *others])
        self.found = await collection(store, chain, policy=POLICY)

    async def act(self, store, name: str, *numbers: int) -> None:
        """One act, awaited to its end; merging goes on behind it where it is not "settle"."""
        await getattr(self, f"_{name}")(store, *numbers)

    def after(self, name: str, *numbers: int) -> list[Content]:
        """What may be there once the act has begun, in order; the last is there when it is done."""
        texts, refused = dict(self.content.texts), set(self.content.refused)
        if name == "add":
            for number, version in zip(numbers[::2], numbers[1::2], strict=True):
                texts[path_of(number)] = text_of(number, version)
        elif name == "remove":
            for number in numbers:
                texts.pop(path_of(number), None)
        elif name == "refuse":
            refused |= {f"{number}.bin" for number in numbers}
        elif name == "whole":
            inside = {path_of(number): text_of(number, 0) for number in numbers}
            added = {**texts, **inside}
            gone = {path for path in texts if path.startswith(FOLDER) and path not in inside}
            texts = {path: text for path, text in added.items() if path not in gone}
            stages = [replace(self.content, texts=each) for each in (added, texts)]
            return [self.content, *stages]
        return [self.content, Content(texts, frozenset(refused))]

    async def _add(self, _store, *numbers):
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        await self.found.add([source(path_of(n), text_of(n, version)) for n, version in pairs])

    async def _remove(self, _store, *numbers):
        await self.found.remove([path_of(number) for number in numbers])

    async def _refuse(self, _store, *numbers):
        await self.found.add([source(f"{number}.bin", "\0\1\2" * 50) for number in numbers])

    async def _whole(self, _store, *numbers):
        given = [source(path_of(number), text_of(number, 0)) for number in numbers]
        await self.found.add(given, whole=[FOLDER])

    async def _upgrade(self, _store):
        await self.found.upgrade()

    async def _model(self, store):
        self.model = 1 - self.model
        await self._reopen(store)
        await self.found.upgrade()

    async def _vacuum(self, _store):
        await self.found.vacuum()

    async def _settle(self, _store):
        await self.found.settle()

    async def _tune(self, _store, factor):
        await self.found._state.widen(MODELS[0], factor)

    async def _repair(self, _store):
        assert {one.kind for one in (await self.found.repair()).damage} <= self.torn
        assert (await self.found.repair()).damage == ()

    async def _reopen(self, store):
        await self.found.close()
        await self.open(store)
