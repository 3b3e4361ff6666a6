"""Office files are read in the browser as they are on the desktop."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from app.formats import read
from tests.browser.profiles import BARE
from tests.browser.test_runtime import evaluate
from tests.formats.test_hostile_office import MAIN, WHOLE, with_main

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

READ = """
  const { ParsePool } = await import(new URL("static/workers/parse-pool.js", base));
  const pool = new ParsePool(async () => "", { size: 1 });
  const job = pool.begin(Object.entries(given).map(([path, data]) => {
    const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
    return { path, file: new Blob([bytes]), size: bytes.length };
  }), "{}");
  const rows = [];
  for (let batch = await job.next(); batch !== null; batch = await job.next()) {
    rows.push(...JSON.parse(batch));
  }
  pool.close();
  return rows;
"""


def test_each_format(page: Page, site_server: str) -> None:
    """Text, title and metadata are those of the desktop; xlrd comes when it is needed."""
    files = {f"a.{ext}": data for ext, data in WHOLE.items()}
    bomb = with_main("docx", b"<x>" + b" " * (100 << 20))
    entity = f'<!DOCTYPE x [<!ENTITY a "lol">]><{MAIN["odt"]}>&a;</{MAIN["odt"]}>'
    files |= {"bomb.docx": bomb, "entity.odt": with_main("odt", entity)}
    page.goto(site_server + BARE)
    given = {name: base64.b64encode(data).decode() for name, data in files.items()}
    rows = {row["path"]: row for row in evaluate(page, READ, given)}
    assert rows["bomb.docx"]["problem"][0] == "too-large"
    assert rows["entity.odt"]["problem"][0] == "damaged"
    for ext, data in WHOLE.items():
        wanted = read(f"a.{ext}", data)
        title, text, kind, metadata, chunks = rows[f"a.{ext}"]["document"]
        assert (title, text, kind) == (wanted.title, wanted.text, wanted.kind)
        assert metadata == wanted.metadata
        assert chunks
