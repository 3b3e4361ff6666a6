"""Files that were refused are read again when somebody wants it."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

from app.engine import BytesSource
from app.storage.memory_store import MemoryStore
from tests.engine.helpers import collection, run

BINARY = b"\x00\x01\x02\xff" * 300


class Counted(BytesSource):
    """A file that notes that it was read."""

    read_paths: list[str] = []  # noqa: RUF012 (emptied by each test)

    async def read(self) -> bytes:
        """The bytes."""
        Counted.read_paths.append(self.path)
        return self.data


def mail_with(name: str) -> bytes:
    """A mail with a file that cannot be read."""
    message = EmailMessage()
    message["Subject"] = "Gold"
    message.set_content("Gold in the river.")
    message.add_attachment(BINARY, maintype="application", subtype="x", filename=name)
    return message.as_bytes()


def zip_with(**members: bytes) -> bytes:
    """An archive; names end in the extension after their last underscore."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in members.items():
            archive.writestr(".".join(name.rsplit("_", 1)), data)
    return packed.getvalue()


def test_what_a_refused_file_lies_in_is_opened_again():
    """A file alone, in an archive, with a mail, with a mail in an archive; nothing else is read."""

    async def test():
        store = MemoryStore()
        found = await collection(store)
        packed = zip_with(bad_txt=BINARY, good_txt=b"zinc", inner_eml=mail_with("bad.txt"))
        sources = [
            Counted("bad.txt", BINARY, 5.0),
            Counted("good.txt", b"tin", 5.0),
            Counted("m.eml", mail_with("bad.txt"), 5.0),
            Counted("sound.eml", mail_with("other.txt"), 5.0),
            Counted("x.zip", packed, 5.0),
        ]
        await found.add(sources)
        Counted.read_paths.clear()
        await found.add(sources)
        assert Counted.read_paths == []
        refused = {entry.path for entry in await found.unread() if entry.code}
        assert refused == {
            "bad.txt",
            "m.eml/bad.txt",
            "sound.eml/other.txt",
            "x.zip/bad.txt",
            "x.zip/inner.eml/bad.txt",
        }
        wanted = {
            "bad.txt": ["bad.txt"],
            "m.eml/bad.txt": ["m.eml"],
            "x.zip/inner.eml/bad.txt": ["x.zip"],
        }
        for path, read in wanted.items():
            found = await collection(store)
            Counted.read_paths.clear()
            assert await found.reconsider([path, "good.txt", "nowhere.txt"]) == 1
            assert path not in {entry.path for entry in await found.unread()}
            report = await found.add(sources)
            assert Counted.read_paths == read
            assert path in {failure.path for failure in report.failed}
            assert (report.added, report.removed) == (0, 0)
            assert refused == {entry.path for entry in await found.unread() if entry.code}
            Counted.read_paths.clear()
            await found.add(sources)
            assert Counted.read_paths == []

    run(test())


def test_what_a_rule_leaves_out_stays_out():
    """Only its rule brings it back."""

    async def test():
        found = await collection()
        await found.add([], ignored={"notes/a.tmp": 'the pattern "*.tmp" leaves it out'})
        assert await found.reconsider(["notes/a.tmp"]) == 0
        assert [entry.code for entry in await found.unread()] == ["ignored"]

    run(test())
