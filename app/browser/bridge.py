"""What the page can ask of the engine: one method for each name in `static/protocol.js`.

Arguments are plain data, apart from the sources of `add`; answers are plain data. No method
knows that there is JavaScript.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from app.browser.exporting import Output, Place, described
from app.browser.passphrase import NO_PASSPHRASE, Passphrase
from app.browser.plain import placed, plain
from app.browser.requests import Request
from app.browser.vectors import VectorBridge
from app.engine import Collection, PlainChunk, Progress, SearchOptions, Source
from app.engine.auditing import SAMPLE
from app.engine.importing import bring_in
from app.engine.publishing import Writer, writer_of
from app.errors import InputError, StorageError
from app.storage.memory_store import MemoryStore
from app.storage.portable import Archive, Ranges

Found = TypeVar("Found")

Plain = Any
"""None, bool, int, float, str, and lists and dicts of them."""


class Bridge:
    """The methods that the page calls; `requests` holds those that run, by id.

    With `follows`, another tab writes the collection and this one looks for its commits, until it
    is told to `take_over`; `unlock` lets the store be written then.
    """

    def __init__(
        self,
        collection: Collection,
        *,
        vectors: VectorBridge | None = None,
        follows: bool = False,
        unlock: Callable[[bool], object] = lambda writable: None,
        passphrase: Passphrase = NO_PASSPHRASE,
    ) -> None:
        self._collection = collection
        self._vectors = vectors or VectorBridge(MemoryStore(), collection.kernels)
        self._follows = follows
        self._unlock = unlock
        self._passphrase = passphrase
        self.requests: dict[int, Request] = {}

    async def add(
        self,
        request: Request,
        sources: Sequence[Source | PlainChunk],
        whole: Sequence[str] = (),
        ignored: Mapping[str, str] | None = None,
    ) -> Plain:
        """Index sources; replaces documents of the same path.

        `whole` names folders of which all files are among the sources, but for those that are
        `ignored`: why, by path.
        """
        tell = _teller(request)
        report = await self._collection.add(
            sources,
            whole=whole,
            ignored=ignored or {},
            on_progress=tell,
            cancel=request.cancellation,
        )
        return plain(report)

    async def search(
        self, request: Request, query: str, options: Mapping[str, Any] | None = None
    ) -> Plain:
        """The best passages for a query; hybrid search waits for a model that is loading."""
        wanted = dict(options or {})
        wanted["wait"] = wanted.pop("waitForModel", None)
        options_of = SearchOptions.of(wanted)
        result = await self._fresh(lambda: self._collection.search(text_of(query), options_of))
        if self._follows and any(hit.problem for hit in result.hits):
            result = await self._fresh(lambda: self._collection.search(query, options_of))
        return {
            **plain(result),
            "problems": [placed(query, each) for each in result.problems],
            "corrected": [placed(query, each) for each in result.corrected],
        }

    async def suggest(self, request: Request, text: str, limit: int = 8) -> Plain:
        """What a query may become while it is typed; never waits for a model."""
        return plain(await self._collection.suggest(text_of(text), limit))

    async def remove(self, request: Request, ids: Sequence[str]) -> Plain:
        """Remove documents; the answer is how many there were."""
        return await self._collection.remove([text_of(one) for one in ids])

    async def reconsider(self, request: Request, paths: Sequence[str]) -> Plain:
        """Have refused files read again when they are added next; answers how many there were."""
        return await self._collection.reconsider([text_of(one) for one in paths])

    async def get(self, request: Request, id: str) -> Plain:  # noqa: A002 (the page's word)
        """A document, or one of its chunks, with its text. Raises `InputError("not-found")`."""
        return plain(await self._fresh(lambda: self._collection.get(text_of(id))))

    async def context(self, request: Request, query: str, max_tokens: int = 2000) -> Plain:
        """Passages for a language model within a budget of tokens."""
        wanted = text_of(query)
        return plain(await self._fresh(lambda: self._collection.context(wanted, max_tokens)))

    async def documents(self, request: Request) -> Plain:
        """All documents, by path."""
        return plain(await self._fresh(self._collection.documents))

    async def unread(self, request: Request) -> Plain:
        """Files that are no documents, and why, by path."""
        return plain(await self._collection.unread())

    async def stats(self, request: Request) -> Plain:
        """What the collection holds."""
        return plain(await self._fresh(self._collection.stats))

    async def audit(self, request: Request, sample: int = SAMPLE, k: int = 10) -> Plain:
        """What searches by meaning find of what is there."""
        await self._follow()
        tell = _teller(request)
        return plain(await self._collection.audit(sample=sample, k=k, on_progress=tell))

    async def duplicates(self, request: Request, limit: int = 100) -> Plain:
        """Groups of passages that say nearly the same."""
        await self._follow()
        return plain(await self._collection.duplicates(limit))

    async def upgrade(self, request: Request) -> Plain:
        """Give every passage a vector of the best model; goes on until that is done."""
        upgraded = self._collection.upgrade(
            on_progress=_teller(request), cancel=request.cancellation
        )
        return plain(await upgraded)

    async def hold(self, request: Request, reason: str, on: bool) -> Plain:
        """Hold `upgrade` up, or let it go on again."""
        if on:
            self._collection.gate.hold(text_of(reason))
        else:
            self._collection.gate.free(text_of(reason))

    async def pause(self, request: Request, on: bool) -> Plain:
        """Have `add` commit what it has and wait, or go on."""
        self._collection.adding_gate.turn("page", on)

    async def vacuum(self, request: Request) -> Plain:
        """Take what was deleted out of the store."""
        return plain(await self._collection.vacuum())

    async def check(self, request: Request) -> Plain:
        """Read everything, and tell what of it is damaged."""
        await self._follow()
        checked = self._collection.check(on_progress=_teller(request), cancel=request.cancellation)
        return plain(await checked)

    async def repair(self, request: Request) -> Plain:
        """Take what is damaged out of the collection."""
        repaired = self._collection.repair(
            on_progress=_teller(request), cancel=request.cancellation
        )
        return plain(await repaired)

    async def export(
        self,
        request: Request,
        sink: Output,
        collection: str,
        *,
        format: str = "fossick",  # noqa: A002 (the page's word)
        portion: Mapping[str, Any] | None = None,
        write: Writer | None = None,
        **about: Any,  # noqa: ANN401 (checked where it is used)
    ) -> Plain:
        """Write the collection, or a portion of it, as one file; the answer has its Blob.

        `write` is given for formats that are not the engine's own.
        """
        told = described(collection, portion or {}, about)
        try:
            done = await self._collection.export(
                told,
                sink,
                write=write or (None if format == "fossick" else writer_of(format)),
                hold=self._vectors.held,
                on_progress=_teller(request),
                cancel=request.cancellation,
            )
        except BaseException:
            await sink.abort()
            raise
        return {**plain(done), "blob": await sink.finish()}

    async def import_file(
        self,
        request: Request,
        ranges: Ranges,
        target: Place,
        overwrite: bool = False,
        unlock: Callable[[Ranges], Awaitable[Ranges]] | None = None,
    ) -> Plain:
        """Bring an exported file into another collection than this one.

        `unlock` gives the plain file that is in a sealed one.
        """
        try:
            tell = _teller(request)
            plain_file = ranges if unlock is None else await unlock(ranges)
            done = await bring_in(
                *(await Archive.open(plain_file), await target.opened()),
                overwrite=overwrite,
                on_progress=tell,
                cancel=request.cancellation,
            )
        finally:
            await target.release()
        return plain(done)

    async def embed(self, request: Request, texts: Sequence[str]) -> Plain:
        """Vectors of texts, one after the other, their model, and the tokens of each text."""
        found, tokens = await self._collection.embed([text_of(one) for one in texts])
        dim = found.rows.shape[1]
        return {"model": found.model, "dim": dim, "vectors": found.rows.ravel(), "tokens": tokens}

    async def change_passphrase(self, request: Request, old: str, new: str) -> Plain:
        """Give a sealed collection another passphrase. `StorageError("wrong-passphrase")`."""
        await self._passphrase.change(text_of(old), text_of(new))

    async def check_passphrase(self, request: Request, passphrase: str) -> Plain:
        """Nothing, if it opens the collection. `StorageError("wrong-passphrase")`."""
        await self._passphrase.prove(text_of(passphrase))

    async def retry_model(self, request: Request) -> Plain:
        """Use the model again that was left when it failed; it is asked when it is next needed."""
        self._collection.chain.retry()

    async def vectors(self, request: Request, call: str, args: Mapping[str, Any]) -> Plain:
        """A call of `VectorBridge`; what it answers may hold arrays of float32."""
        return await self._vectors.run(call, args)

    async def cancel(self, request: Request, id: int) -> Plain:  # noqa: A002
        """Stop a running call; it fails with `cancelled`. Unknown ids are those that are done."""
        if (running := self.requests.get(id)) is not None:
            running.cancellation.cancel()
            running.stop()

    async def refresh(self, request: Request) -> Plain:
        """Look for commits of the tab that writes; whether there was one."""
        return await self._collection.refresh()

    async def take_over(self, request: Request) -> Plain:
        """Be the tab that writes, there being no other any more."""
        await self._passphrase.check()
        await self._vectors.take_over()
        self._unlock(True)
        try:
            await self._collection.take_over()
        except BaseException:
            self._unlock(False)
            raise
        self._follows = False

    async def close(self, request: Request) -> Plain:
        """Stop what runs and give back the storage."""
        for other in [one for one in self.requests if one != request.id]:
            await self.cancel(request, other)
        await self._collection.close()

    async def _follow(self) -> None:
        if self._follows:
            await self._collection.refresh()

    async def _fresh(self, read: Callable[[], Awaitable[Found]]) -> Found:
        """What is read of the last commit.

        Read once more where the tab that writes has removed the files of that commit meanwhile.
        """
        await self._follow()
        try:
            return await read()
        except StorageError:
            if not self._follows:
                raise
        await self._follow()
        return await read()


def text_of(value: object) -> str:
    """The argument, if it is a text."""
    if not isinstance(value, str):
        raise InputError(f"A text was expected, not {type(value).__name__}.")
    return value


def _teller(request: Request) -> Callable[[Progress], None]:
    return lambda progress: request.tell(plain(progress))
