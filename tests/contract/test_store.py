"""The store suite over the stores that run on CPython."""

import asyncio

import pytest

from app.host.ciphers import HostFileKeys
from app.host.disk_store import DirectoryStore
from app.storage.memory_store import MemoryStore
from app.storage.sealing import SealedStore
from tests.contract.store_suite import CHECKS

KEY = bytes(range(32))

KINDS = {
    "memory": lambda _folder: MemoryStore(),
    "directory": DirectoryStore,
    "sealed-memory": lambda _folder: SealedStore(MemoryStore(), HostFileKeys(KEY)),
    "sealed-directory": lambda folder: SealedStore(DirectoryStore(folder), HostFileKeys(KEY)),
}


@pytest.fixture(params=KINDS)
def store(request, tmp_path):
    """An empty store of each kind."""
    return KINDS[request.param](tmp_path / "index")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_store(store, check):
    """Each adapter keeps the promises of the port."""
    asyncio.run(check(store))


def test_directory_ignores_strangers(tmp_path):
    """Files that are not the store's are neither listed nor touched."""
    (tmp_path / ".seg-00000001.aside").write_bytes(b"half")
    (tmp_path / "folder").mkdir()
    assert asyncio.run(DirectoryStore(tmp_path).names()) == []
    assert (tmp_path / ".seg-00000001.aside").exists()


def test_memory_quota():
    """A full memory store says so and keeps what it had."""

    async def run():
        store = MemoryStore(quota=10)
        await store.write("a", [b"12345"])
        with pytest.raises(Exception, match="needs 6 bytes") as caught:
            await store.write("b", [b"123456"])
        assert caught.value.code == "quota-exceeded"
        await store.write("a", [b"1234567890"])
        assert await store.names() == ["a"]

    asyncio.run(run())
