"""Puts the engine together in the browser, from capabilities that JavaScript hands in."""

from __future__ import annotations

import json
import platform
import time

import numpy as np

from app import __version__
from app.browser import ciphers, ffi
from app.browser.bridge import Bridge
from app.browser.endpoint import Endpoint
from app.browser.inference import BrowserEmbedder, BrowserFormer, BrowserReranker
from app.browser.kernels import browser_kernels
from app.browser.parsing_client import BrowserParser
from app.browser.passphrase import Passphrase
from app.browser.portable import BlobRanges
from app.browser.store import BrowserStore
from app.browser.vectors import VectorBridge
from app.core.analysis.wordpiece import WordPiece, estimate_tokens
from app.engine import Collection, EmbedderChain, HashEmbedder, InlineParser, StaticEmbedder
from app.errors import EmbedderError, FossickError
from app.formats.limits import Limits
from app.formats.parsing import Parser
from app.ports import Embedder, Store, TokenCounter
from app.storage import checksum
from app.storage.memory_store import MemoryStore
from app.storage.portable import Archive, PortableStore, SealedRanges
from app.storage.sealing import SealedStore


async def boot(capabilities: ffi.JsObject) -> Endpoint | ffi.JsObject:
    """Open the collection and answer with the endpoint that calls go to, or a failure's envelope.

    `capabilities` has `files` (a FileStore, or null for memory), `exported` (BlobRanges of a file
    that is searched in place of a store, or null), `writable`, `sealing` (see
    `app.browser.ciphers.opened`; of that file, where there is one), `embedder` (flags
    `transformer`, `static` and `hash`), `inference` (an InferenceClient, or null), `reranker`
    and `former` (others, whose models come when they are asked for), `parse` (a ParsePool),
    `vocabulary` (the model's, one entry a line, may be empty), `limits` (of what readers keep to,
    those that are not the defaults, as JSON), `staticTable` (gives a promise of the bytes of the
    table of static vectors), `kernels` (what the WebAssembly module exports, or null), `memory`
    (bytes: those `taken()` and the `most` there can be), `onEmbedder`, which is told whenever
    another embedder takes over, `onFormer`, which is told which former model is wanted, and
    `onCommit`, which is told the number of every commit and how many documents are in it.
    """
    try:
        return await _endpoint(capabilities)
    except FossickError as error:
        return ffi.failed(error.code, error.message, error.hint)


async def _endpoint(capabilities: ffi.JsObject) -> Endpoint:
    wants = capabilities.embedder
    model = BrowserEmbedder(capabilities.inference) if wants.transformer else None
    embedders: list[Embedder] = [] if model is None else [model]
    vocabulary = str(capabilities.vocabulary)
    if wants.static and vocabulary:
        embedders.append(_static_embedder(capabilities.staticTable, vocabulary))
    if wants.hash:
        embedders.append(HashEmbedder())
    former = BrowserFormer(capabilities.former, capabilities.onFormer)
    # Who wants no model wants no former one either.
    chain = EmbedderChain(embedders, former if wants.transformer else None)
    kernels = browser_kernels(capabilities.kernels)
    checksum.run_on(kernels)
    raw = await _store(capabilities)
    writes = bool(capabilities.writable)
    store = raw
    if isinstance(raw, BrowserStore):
        store = await ciphers.opened(raw, capabilities.sealing, writable=writes)
    limits = Limits.of(json.loads(capabilities.limits))
    writable = writes and not isinstance(store, PortableStore)
    count = _token_counter(vocabulary)
    collection = await Collection.open(
        store,
        embedder=chain,
        clock=time.perf_counter,
        count_tokens=count,
        parser=BrowserParser(
            capabilities.parse, InlineParser(Parser(count_tokens=count, limits=limits))
        ),
        reranker=BrowserReranker(capabilities.reranker),
        read_only=not writable,
        kernels=kernels,
        memory=lambda: (int(capabilities.memory.taken()), int(capabilities.memory.most)),
    )
    versions = {
        "fossick": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "kernels": kernels.name,
    }
    vectors = VectorBridge(store, kernels, follows=not writes)
    bridge = Bridge(
        collection,
        vectors=vectors,
        follows=not writes,
        unlock=raw.set_writable if isinstance(raw, BrowserStore) else lambda writable: None,
        passphrase=Passphrase(raw, store, ciphers.BrowserCiphers(capabilities.sealing.ciphers)),
    )
    collection.on_commit(capabilities.onCommit)
    is_sealed = isinstance(store, SealedStore) or (
        isinstance(store, PortableStore) and isinstance(store.archive.ranges, SealedRanges)
    )
    return Endpoint(bridge, model, chain, capabilities.onEmbedder, versions, sealed=is_sealed)


async def _store(capabilities: ffi.JsObject) -> Store:
    if not ffi.is_nothing(capabilities.exported):
        ranges = BlobRanges(capabilities.exported)
        content = await ciphers.content_of(ranges, capabilities.sealing)
        return PortableStore(await Archive.open(content))
    if ffi.is_nothing(capabilities.files):
        return MemoryStore()
    return BrowserStore(capabilities.files, writable=bool(capabilities.writable))


def _static_embedder(fetch_table: ffi.JsObject, vocabulary: str) -> StaticEmbedder:
    async def read() -> bytes:
        return ffi.to_bytes(await ffi.settled(fetch_table(), EmbedderError))

    return StaticEmbedder(read, WordPiece(vocabulary.splitlines()))


def _token_counter(vocabulary: str) -> TokenCounter:
    pieces = vocabulary.splitlines()
    return WordPiece(pieces).count if pieces else estimate_tokens
