"""One file out of an archive or a mail."""

from __future__ import annotations

import io
import tarfile
import zipfile
from email.message import EmailMessage

import pytest

from app.errors import FileError
from app.formats.inside import inside
from app.formats.limits import Limits
from tests.formats.test_slices import Watched


def zipped(**texts: bytes) -> bytes:
    """An archive with these files in a folder, under "a.txt" for `a_txt`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in texts.items():
            archive.writestr(f"deep/{name.replace('_', '.')}", data)
    return out.getvalue()


def tarred(data: bytes) -> bytes:
    """A tar archive with one file, "in.zip"."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("in.zip")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def mailed(data: bytes) -> bytes:
    """A mail that came with a file, "plan.zip"."""
    message = EmailMessage()
    message["Subject"], message["From"] = "Gold", "ada@example.org"
    message.set_content("See there.")
    message.add_attachment(data, maintype="application", subtype="zip", filename="plan.zip")
    return message.as_bytes()


INNER = zipped(a_txt=b"gold", b_txt=b"silver")


@pytest.mark.parametrize(
    ("path", "data", "wanted"),
    [
        ("x.zip", INNER, "deep/b.txt"),
        ("x.tar", tarred(INNER), "in.zip/deep/b.txt"),
        ("m.eml", mailed(INNER), "plan.zip/deep/b.txt"),
        ("x.tar", Watched(tarred(INNER)), "in.zip/deep/b.txt"),
    ],
    ids=["zip", "zip in tar", "zip in mail", "zip in tar, by parts"],
)
def test_at_any_depth(path, data, wanted):
    """By the path that its document has, in memory and by parts."""
    assert inside(path, data, wanted) == b"silver"
    assert inside(path, data, wanted.replace("b.txt", "c.txt")) is None
    assert inside(path, data, f"{wanted}/more") is None
    shallow = Limits(depth=wanted.count(".zip/") or 1)
    assert inside(path, data, wanted, shallow) == (None if ".zip/" in wanted else b"silver")


def test_what_holds_nothing():
    """A text is no archive; what is damaged says so."""
    assert inside("a.txt", b"gold", "b.txt") is None
    with pytest.raises(FileError):
        inside("x.zip", INNER[:50], "deep/b.txt")
