"""Bad files from a real disk, in one batch with good ones: a coded reason each, nothing disturbed.

What needs no disk is in test_runtime.py: empty, binary, encrypted and blank files, hostile paths,
thousands at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.profiles import BARE
from tests.browser.test_runtime import evaluate
from tests.fixtures.pdf_files import write_pdf

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

CHOOSER = """() => {
    const input = document.createElement("input");
    Object.assign(input, { type: "file", multiple: true, id: "chosen" });
    document.body.append(input);
}"""

OPEN = """
    globalThis.fossick = await Fossick.open({ storage: "memory", embedder: given });
    globalThis.chosen = () => [...document.querySelector("#chosen").files];
"""

CODES = 'return (await import(new URL("static/protocol.js", base))).ERROR_CODES'

HUGE = 200 << 20


@pytest.fixture
def choose(page: Page, site_server: str) -> Iterator[Callable[..., None]]:
    """`choose(paths, embedder="none")` puts files of the disk into an input, beside an engine."""
    page.goto(site_server + BARE)
    page.evaluate(CHOOSER)

    def put(paths: list[Path], embedder: str = "none") -> None:
        page.locator("#chosen").set_input_files(paths)
        evaluate(page, OPEN, embedder)

    yield put
    evaluate(page, "await fossick.close()")


def write_bad_files(folder: Path) -> list[Path]:
    """Files that each have something the matter with them, and one that has not."""
    pages = [[f"Chapter {n}", f"The ledger of year {n} lists barrels."] for n in range(20)]
    whole = write_pdf(pages)
    files = {
        "good.txt": b"The lighthouse keeper counts ships.",
        "gone.txt": b"The lighthouse keeper has left.",
        "latin.txt": "The café by the harbour opens at dawn.".encode("latin-1"),
        "broken.txt": b"Before \xff\xfe\xfa the storm \xc3( the anchor held \xe2\x82.",
        "half.pdf": whole[: len(whole) // 2],
        "frayed.pdf": whole[: whole.rindex(b"startxref")],
        "one.md": b"# Twins\n\nThe same words under two names.\n",
        "two.md": b"# Twins\n\nThe same words under two names.\n",
        "huge.txt": b"",
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    with (folder / "huge.txt").open("r+b") as huge:
        huge.truncate(HUGE)  # a hole: takes no room on the disk
    return [folder / name for name in files]


def test_bad_files_of_a_disk(page: Page, choose: Callable[..., None], tmp_path: Path) -> None:
    """Gone, huge, ill-encoded, cut off and twice the same: each as it should be."""
    choose(write_bad_files(tmp_path))
    # A Blob keeps the size that a file had; reading it fails once the file is gone.
    evaluate(page, 'globalThis.huge = new Blob([chosen().find((f) => f.name === "huge.txt")])')
    for name in ("gone.txt", "huge.txt"):
        (tmp_path / name).unlink()
    out = evaluate(
        page,
        """
      const sources = chosen().map((file) =>
        file.name === "huge.txt" ? { path: "huge.txt", blob: huge } : file);
      const { added, failed } = await fossick.add(sources);
      const found = {};
      for (const query of given) found[query] = (await fossick.search(query)).hits;
      return { added, failed, found };
    """,
        ["lighthouse", "café harbour", "anchor storm", "ledger barrels", "twins"],
    )
    codes = {failure["path"]: failure["code"] for failure in out["failed"]}
    assert codes == {
        "gone.txt": "unreadable",
        "half.pdf": "damaged",
        "huge.txt": "too-large",  # told by its size: it could not be read
    }
    assert all(failure["message"] and failure["hint"] for failure in out["failed"])
    assert out["added"] == 6
    first = {query: hits[0]["path"] for query, hits in out["found"].items()}
    assert first == {
        "lighthouse": "good.txt",
        "café harbour": "latin.txt",
        "anchor storm": "broken.txt",
        "ledger barrels": "frayed.pdf",
        "twins": "one.md",
    }
    assert out["found"]["ledger barrels"][0]["address"]["page"] >= 1
    (twin,) = out["found"]["twins"]
    assert twin["alsoAt"] == ["two.md"]


@pytest.fixture
def documents(fossick_data: Path) -> list[dict[str, Any]]:
    """The manifest of the sample documents."""
    manifest = fossick_data / "files" / "manifest.json"
    if not manifest.is_file():
        pytest.skip(f"no sample documents: {manifest} is missing")
    return list(json.loads(manifest.read_text()))


@pytest.mark.slow
def test_documents_of_other_parsers_tests(
    page: Page,
    choose: Callable[..., None],
    documents: list[dict[str, Any]],
    fossick_data: Path,
) -> None:
    """Hundreds of odd files at once: each is added or refused with a code, and none hangs."""
    page.set_default_timeout(0)
    choose([fossick_data / "files" / entry["file"] for entry in documents], "hash")
    paths = [entry["file"] for entry in documents]
    report = evaluate(
        page,
        """
      const files = chosen();
      return fossick.add(given.map((path, at) => ({ path, blob: files[at] })));
    """,
        paths,
    )
    known = set(evaluate(page, CODES)) - {"internal"}
    failed = {failure["path"]: failure for failure in report["failed"]}
    added = set(evaluate(page, "return (await fossick.documents()).map(({ path }) => path)"))
    opened = {path for path in paths if any(one.startswith(f"{path}/") for one in added)}
    assert set(paths) == (added | failed.keys() | opened) & set(paths)
    assert all(failure["code"] in known for failure in failed.values())
    assert all(failure["message"] and failure["hint"] for failure in failed.values())

    locked = {e["file"] for e in documents if "needs-password" in e.get("tags", ())}
    assert {failed[path]["code"] for path in locked} == {"encrypted"}
    texts = {e["file"] for e in documents if e.get("pdf", {}).get("chars15", 0) > 200} - locked
    lost = {path: failed[path]["code"] for path in texts if path in failed}
    assert len(lost) <= 0.02 * len(texts), lost

    query = "encryption password"
    found = evaluate(page, "return (await fossick.search(given)).hits.length", query)
    assert found > 0
