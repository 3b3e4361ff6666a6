"""Writing a sealed portable file from front to back; its layout stands in `sealed`."""

from __future__ import annotations

import os

from app.ports import Buffer
from app.storage.portable.container import Sink
from app.storage.portable.sealed import LINE, NAME, SLOT
from app.storage.sealing import lock as locks
from app.storage.sealing import sealed_file
from app.storage.sealing.ciphers import BLOCK, KEY_BYTES, Cipher, Ciphers
from app.storage.sealing.sealed_file import PIECE, SealedFile


class SealingSink:
    """A `Sink` that seals what comes, under a data key of its own, into another one.

    It holds `PIECE` bytes at most. A passphrase that is empty is an `InputError` of the first
    write.
    """

    def __init__(self, inner: Sink, passphrase: str, ciphers: Ciphers) -> None:
        self._inner = inner
        self._passphrase = passphrase
        self._ciphers = ciphers
        self._cipher: Cipher | None = None
        self._salt = b""
        self._gathered = bytearray()
        self._length = 0
        self.bytes = 0
        """Written so far, sealed."""

    async def write(self, data: Buffer) -> None:
        """Append bytes. Raises what the sink behind it raises."""
        cipher = self._cipher or await self._begin()
        view = memoryview(data)
        left = view.cast("B") if view.nbytes else memoryview(b"")
        while len(left):
            taken = left[: PIECE - len(self._gathered)]
            self._gathered += taken
            left = left[len(taken) :]
            if len(self._gathered) == PIECE:
                await self._pass_on(cipher)

    async def end(self) -> None:
        """Write the last block and the header. Nothing can be written afterwards."""
        cipher = self._cipher or await self._begin()
        if self._gathered:
            await self._pass_on(cipher)
        file = SealedFile(NAME, self._length, cipher)
        await self._write(await sealed_file.header_of(file, self._salt))

    async def _begin(self) -> Cipher:
        data_key = os.urandom(KEY_BYTES)
        lock = await locks.new_lock(data_key, self._passphrase, self._ciphers)
        keys = await self._ciphers.file_keys(data_key)
        self._cipher, self._salt = await sealed_file.new_cipher(keys, NAME)
        slot = locks.encode(lock).ljust(SLOT)
        await self._write(LINE + slot + slot)
        return self._cipher

    async def _pass_on(self, cipher: Cipher) -> None:
        """Seal what was gathered: whole blocks, but at the end."""
        number = self._length // BLOCK
        self._length += len(self._gathered)
        sealed = await cipher.seal_blocks(bytes(self._gathered), number)
        self._gathered.clear()
        await self._write(sealed)

    async def _write(self, data: Buffer) -> None:
        self.bytes += memoryview(data).nbytes
        await self._inner.write(data)
