"""Sealed collections on this host: locks, passphrases, sealing what is there, and kills."""

import asyncio
import hashlib
import json

import pytest

from app.errors import InputError, StorageError
from app.host import cli
from app.host.ciphers import HostCiphers, HostFileKeys
from app.host.disk_store import DirectoryStore
from app.storage import sealing
from app.storage.memory_store import MemoryStore
from app.storage.sealing import lock, opening, state

KEY = bytes(range(32))
CIPHERS = HostCiphers()
FILES = {"seg-00000001": b"s" * 70_000, "seg-00000001.txt": b"text", "manifest-a": b"m" * 300}


class Mortal(MemoryStore):
    """Dies at a change; `torn` leaves half of what that one was to write."""

    def __init__(self, last=None, *, torn=False):
        super().__init__()
        self.steps, self.last, self.torn = 0, last, torn

    async def write(self, name, parts):
        """As the store's, alive or not."""
        data = b"".join(parts)
        if self._step():
            if self.torn:
                await super().write(name, [data[: len(data) // 2]])
            raise ConnectionAbortedError
        await super().write(name, [data])

    async def remove(self, name):
        """As the store's, alive or not."""
        if self._step():
            raise ConnectionAbortedError
        await super().remove(name)

    def _step(self):
        self.steps += 1
        if self.last is not None and self.steps > self.last:
            raise ConnectionAbortedError
        return self.steps == self.last


async def cheap(passphrase="x", generation=1):
    """A lock that costs a test little."""
    return await lock.new_lock(KEY, passphrase, CIPHERS, generation, memory=8192, passes=1)


def unlocked(store, passphrase, **options):
    """The store, opened on this host."""
    return sealing.unlocked(store, passphrase, CIPHERS, **options)


def change_passphrase(store, old, new):
    """Another passphrase, on this host."""
    return sealing.change_passphrase(store, old, new, CIPHERS)


async def seal_with(store, passphrase="x"):
    """Seal it with a key that is known and a lock that costs little."""
    await opening.seal_with(store, HostFileKeys(KEY), await cheap(passphrase))


async def plain(store):
    """The store with plain files in it."""
    for name, content in FILES.items():
        await store.write(name, [content])
    return store


async def code(awaitable):
    """Code of the failure, None if there was none."""
    try:
        await awaitable
    except (StorageError, InputError) as error:
        return error.code
    return None


def test_an_empty_folder_is_sealed_by_its_first_passphrase(tmp_path):
    """From then on it opens with that one alone, and what is in it is back."""

    async def run():
        store = await unlocked(DirectoryStore(tmp_path), "correct horse")
        await store.write("a", [b"secret"])
        await store.close()
        assert await state(DirectoryStore(tmp_path)) == "sealed"
        again = await unlocked(DirectoryStore(tmp_path), "correct horse")
        assert bytes(await again.read("a")) == b"secret"
        assert await code(unlocked(DirectoryStore(tmp_path), None)) == "locked"
        assert await code(unlocked(DirectoryStore(tmp_path), "wrong")) == "wrong-passphrase"
        assert await code(unlocked(DirectoryStore(tmp_path), "")) == "bad-option"
        assert await code(unlocked(DirectoryStore(tmp_path), "\ud800")) == "bad-option"

    asyncio.run(run())
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"secret" not in held
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.sealed", "lock-a", "lock-b"]


def test_accents_typed_in_another_way():
    """A passphrase is the same bytes in either form of Unicode."""

    async def run():
        store = MemoryStore()
        await unlocked(store, "caf\u00e9")
        assert await code(unlocked(store, "cafe\u0301")) is None

    asyncio.run(run())


def test_a_plain_collection_takes_no_passphrase():
    """It is opened without one, and left as it is."""

    async def run():
        store = await plain(MemoryStore())
        assert await code(unlocked(store, "x")) == "bad-option"
        assert await unlocked(store, None) is store
        assert await store.names() == sorted(FILES)

    asyncio.run(run())


def test_another_passphrase_writes_the_locks_alone():
    """The files are the bytes that they were; the old passphrase opens no more."""

    async def run():
        store = await plain(MemoryStore())
        await seal_with(store, "old")
        before = {name: await store.read(name) for name in await store.names()}
        await change_passphrase(store, "old", "new")
        for name, content in before.items():
            assert (bytes(await store.read(name)) == content) == (not name.startswith("lock"))
        assert await code(unlocked(store, "old")) == "wrong-passphrase"
        assert bytes(await (await unlocked(store, "new")).read("manifest-a")) == b"m" * 300
        assert await code(change_passphrase(MemoryStore(), "a", "b")) == "bad-option"

    asyncio.run(run())


@pytest.mark.parametrize("slot", lock.SLOTS)
def test_either_lock_is_enough(slot):
    """A damaged one is written again by who may write; with both damaged nothing opens."""

    async def run():
        store = await plain(MemoryStore())
        await seal_with(store)
        whole = bytes(await store.read(slot))
        for at in range(len(whole)):
            flipped = bytearray(whole)
            flipped[at] ^= 0x20
            await store.write(slot, [flipped])
            with pytest.raises(StorageError):
                lock.decode(flipped, slot)
        await unlocked(store, "x", read_only=True)
        assert bytes(await store.read(slot)) != whole
        await unlocked(store, "x")
        assert bytes(await store.read(slot)) == whole
        for each in lock.SLOTS:
            await store.write(each, [b"nothing"])
        assert await code(unlocked(store, "x")) == "storage-damaged"

    asyncio.run(run())


def test_a_forged_lock_takes_no_memory():
    """What it asks for has bounds, and is refused before it is tried."""
    fields = json.loads(lock.encode(asyncio.run(cheap())).split(b"\n")[0])
    for change in (
        {"memory": 4_000_000},
        {"passes": 0},
        {"lanes": True},
        {"salt": "AAAA"},
        {"key": 1},
    ):
        line = json.dumps(fields | change).encode()
        data = line + b"\n" + hashlib.sha256(line).hexdigest().encode() + b"\n"
        with pytest.raises(StorageError) as caught:
            lock.decode(data, "lock-a")
        assert caught.value.code == "storage-damaged", change


async def killed_at_each_step(prepare, change, sealed_names):
    """Die in each write and removal of a change, before it and half-way through it.

    What is there afterwards opens, whole, in one form, and nothing of the other form stays.
    """
    counted = await prepare(Mortal())
    before = counted.steps
    await change(counted)
    seen = set()
    for step in range(before + 1, counted.steps + 1):
        for torn in (False, True):
            store = await prepare(Mortal(step, torn=torn))
            with pytest.raises(ConnectionAbortedError):
                await change(store)
            store.last = None
            form = await state(store)
            seen.add(form)
            found = await unlocked(store, "x" if form == "sealed" else None)
            for name, content in FILES.items():
                assert bytes(await found.read(name)) == content, (step, torn, name)
            left = await store.names()
            assert left == (sealed_names if form == "sealed" else sorted(FILES)), (step, torn)
    assert seen == {"plain", "sealed"}
    return counted


def unseal(store, passphrase="x"):
    """The store with plain files again, on this host."""
    return sealing.unseal(store, passphrase, CIPHERS)


async def sealed(store):
    """The store with sealed files in it."""
    await seal_with(await plain(store))
    return store


SEALED = sorted([*lock.SLOTS, *(f"{name}.sealed" for name in FILES)])


def test_a_kill_at_any_step_of_sealing():
    """What is there afterwards is plain or sealed, whole."""

    async def run():
        done = await killed_at_each_step(plain, seal_with, SEALED)
        assert await done.names() == SEALED

    asyncio.run(run())


def test_a_kill_at_any_step_of_unsealing():
    """What is there afterwards is sealed or plain, whole; a wrong passphrase changes nothing."""

    async def run():
        done = await killed_at_each_step(sealed, unseal, SEALED)
        assert await done.names() == sorted(FILES)
        assert bytes(await done.read("seg-00000001")) == FILES["seg-00000001"]
        assert await code(unseal(done)) == "bad-option"
        again = await sealed(MemoryStore())
        assert await code(unseal(again, "y")) == "wrong-passphrase"
        assert await again.names() == SEALED

    asyncio.run(run())


def test_what_a_passphrase_gave_opens_again():
    """An engine that is started anew needs no passphrase; nothing plain is opened in its place."""

    async def run():
        store, keys = MemoryStore(), HostFileKeys(KEY)
        assert await code(opening.unlocked_with(store, keys)) == "locked"
        await seal_with(await plain(store))
        found = await opening.unlocked_with(store, keys)
        assert bytes(await found.read("manifest-a")) == FILES["manifest-a"]
        assert await code(opening.unlocked_with(await plain(MemoryStore()), keys)) == "locked"
        assert await code(unlocked(MemoryStore(), "x", read_only=True)) == "read-only"

    asyncio.run(run())


def test_a_kill_between_the_locks_of_a_change():
    """Either passphrase opens it then; once the new one has, the old one does no more."""

    async def run():
        store = Mortal()
        await seal_with(await plain(store), "old")
        store.last, store.torn = store.steps + 2, True
        with pytest.raises(ConnectionAbortedError):
            await change_passphrase(store, "old", "new")
        store.last = None
        await unlocked(store, "new")
        assert await code(unlocked(store, "old")) == "wrong-passphrase"

    asyncio.run(run())


def test_strangers_stay():
    """A file that somebody put beside a sealed index is neither sealed nor removed."""

    async def run():
        store = await plain(MemoryStore())
        await seal_with(store)
        await store.write("notes.txt", [b"mine"])
        assert "notes.txt" not in await (await unlocked(store, "x")).names()
        assert await store.read("notes.txt") == b"mine"

    asyncio.run(run())


def call(capsys, *arguments):
    """Exit code, standard output and standard error of a command."""
    done = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return done, captured.out, captured.err


TEXT = "# Ledger of secrets\n\nThe quokka sailed to zanzibar.\n\n" + "hidden words\n\n" * 200
WORDS = ("zanzibar", "quokka", "Ledger of secrets", "secrets", "folder-of-mine", "hidden")


@pytest.fixture
def paths(tmp_path):
    """A folder with a document, an index to be, and a file with a passphrase."""
    (tmp_path / "folder-of-mine").mkdir()
    (tmp_path / "folder-of-mine" / "hidden.md").write_text(TEXT)
    (tmp_path / "secret").write_text("correct horse\n")
    return tmp_path


def held(folder):
    """The bytes of all files of a folder, one after the other."""
    return b"\n".join(path.read_bytes() for path in sorted(folder.iterdir()))


def forms(word):
    """The bytes by which a word could be found."""
    return {cased.encode(code) for cased in (word, word.lower()) for code in ("utf-8", "utf-16-le")}


@pytest.mark.lengthy
@pytest.mark.parametrize("first", ["sealed", "plain"])
def test_nothing_of_an_index_is_in_its_files(paths, capsys, first):
    """Words, titles, paths and terms: none in any byte, found with the passphrase alone."""
    index, secret = paths / "index", ("--passphrase-file", paths / "secret")
    common = ("--index", index, "--embedder", "hash")
    done, _, _ = call(
        capsys, "index", paths / "folder-of-mine", *common, *(secret if first == "sealed" else ())
    )
    assert done == 0
    if first == "plain":
        assert all(any(form in held(index) for form in forms(word)) for word in WORDS)
        done, out, _ = call(capsys, "seal", *common, *secret)
        assert done == 0 and "is sealed" in out
    for word in WORDS:
        assert not any(form in held(index) for form in forms(word)), word
    assert len(held(index)) > 3000
    done, out, _ = call(capsys, "search", "zanzibar", *common, *secret, "--json")
    assert done == 0 and json.loads(out)["hits"][0]["path"].endswith("folder-of-mine/hidden.md")
    done, _, err = call(capsys, "search", "zanzibar", *common)
    assert done == 1 and "sealed" in err and "--passphrase-file" in err
    (paths / "other").write_text("battery staple\n")
    done, _, err = call(capsys, "search", "zanzibar", *common, "--passphrase-file", paths / "other")
    assert done == 1 and "does not open" in err
    change = ("--new-passphrase-file", paths / "other")
    assert call(capsys, "seal", *common, *secret, *change)[0] == 0
    assert call(capsys, "search", "quokka", *common, "--passphrase-file", paths / "other")[0] == 0
    assert call(capsys, "search", "quokka", *common, *secret)[0] == 1
    now = ("--passphrase-file", paths / "other")
    assert call(capsys, "seal", *common, *now, "--remove", *change)[0] == 2
    assert "plain again" in call(capsys, "seal", *common, *now, "--remove")[1]
    assert call(capsys, "search", "quokka", *common)[0] == 0
    assert all(any(form in held(index) for form in forms(word)) for word in WORDS)


@pytest.mark.lengthy
def test_every_command_opens_a_sealed_index(paths, capsys):
    """Looked at, cleaned, exported and imported with the passphrase; an export says it is plain."""
    index, secret = paths / "index", ("--passphrase-file", paths / "secret")
    common = ("--index", index, "--embedder", "hash", *secret)
    assert call(capsys, "index", paths / "folder-of-mine", *common)[0] == 0
    for command in ("vacuum", "check", "repair", "audit"):
        assert call(capsys, command, *common)[0] == 0, command
    assert "checksums agree" in call(capsys, "doctor", *common)[1]
    packed = paths / "packed.fossick"
    done, _, err = call(capsys, "export", index, packed, *secret)
    assert done == 0 and "not be sealed" in err
    assert call(capsys, "export", index, paths / "no.fossick")[0] == 1
    done, _, err = call(capsys, "export", index, paths / "out.jsonl", *secret)
    assert done == 0 and "not be sealed" in err
    assert "quokka" in (paths / "out.jsonl").read_text()
    assert call(capsys, "import", packed, paths / "copy", *secret)[0] == 0
    assert not any(form in held(paths / "copy") for form in forms("zanzibar"))
    done, out, _ = call(capsys, "search", "zanzibar", "--index", paths / "copy", *common[2:])
    assert done == 0 and "hidden.md" in out


def test_a_passphrase_file_that_has_none(paths, capsys):
    """It is said which file, and nothing is made."""
    (paths / "empty").write_text("\n")
    for name in ("empty", "absent"):
        given = ("--index", paths / "index", "--passphrase-file", paths / name)
        done, _, err = call(capsys, "index", paths / "folder-of-mine", *given)
        assert done == 2 and name in err
    assert call(capsys, "seal", "--index", paths / "folder-of-mine")[0] == 2
