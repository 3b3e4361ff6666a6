"""What goes into the image of the interpreter: modules in its memory, compiled code in a file."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def test_numpy_stays_out(root):
    """An image with NumPy in it cannot be started from: its functions lie in other modules."""
    program = "import sys, app.browser.preload; print(*sorted(sys.modules), sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    loaded = done.stdout.split()
    assert "app.core.analysis" in loaded
    assert [name for name in loaded if name.partition(".")[0] in {"numpy", "js", "pyodide"}] == []


FIRST = """
import sys
from pathlib import Path
from app.browser import compiled
compiled.remember()
import app.core.model, app.engine
compiled.write(Path(sys.argv[1]))
"""
NEXT = """
import sys
from pathlib import Path
from app.browser import compiled
compiled.use(Path(sys.argv[1]))
texts = []
compiled.compile = lambda text, *rest: texts.append(text) or compile(text, *rest)
import app.engine, app.core.model
from app.core.model import Damage
anew = len(texts)
import app.host.rules  # which was not there before
ours = [module for name, module in sys.modules.items() if name.startswith("app.")]
kept = [type(module.__loader__).__name__ for module in ours]
print(kept.count("_Loader"), kept.count("SourceFileLoader"), anew)
print(app.engine.__path__[0], app.engine.Collection.__module__, Damage.__init__.__qualname__)
"""


@pytest.mark.lengthy
def test_what_was_compiled_is_used_again(root, tmp_path):
    """A second interpreter looks for no file of theirs and compiles no text; new ones come too."""
    path = tmp_path / "compiled"
    places = {"PYTHONPYCACHEPREFIX": str(tmp_path / "bytecode"), "PYTHONDONTWRITEBYTECODE": ""}
    settings = {**os.environ, **places}
    prints = []
    for program in (FIRST, NEXT):
        command = [sys.executable, "-c", program, str(path)]
        done = subprocess.run(
            command, cwd=root, env=settings, capture_output=True, text=True, check=True
        )
        prints.append(done.stdout.splitlines())
    kept, looked_for, texts = map(int, prints[1][0].split())
    assert kept > 100 and 2 <= looked_for < 20
    assert texts == 0
    engine = str(root / "app/engine")
    assert prints[1][1].split() == [engine, "app.engine.collection", "Damage.__init__"]


SEARCHES = """
import asyncio, sys
from pathlib import Path
from app.host import opening

async def ask():
    opened = opening.collection(Path(sys.argv[1]), embedder="hash", model=Path())
    async with opened as (collection, _):
        before = set(sys.modules)
        for query in ("gold", '"gold is" NEAR/3 heavy', "siver~ OR go*", "type:md gold"):
            for mode in ("keyword", "vector", "hybrid"):
                found = await collection.search(query, {"mode": mode, "facets": ["year"]})
                assert found.hits, query
        await collection.suggest("hea")
        print("new:", *sorted(set(sys.modules) - before))

asyncio.run(ask())
"""


def test_a_first_search_imports_no_more_of_numpy(root, tmp_path):
    """`numpy.ma`, which `numpy.unique` asks for, takes an eighth of a second in the browser."""
    folder, index = tmp_path / "notes", tmp_path / "index"
    folder.mkdir()
    for name, text in (("a.md", "Gold is a heavy metal."), ("b.md", "Silver is not gold.")):
        (folder / name).write_text(text)
    command = ["-m", "app", "index", "--embedder", "hash", "--index", str(index), str(folder)]
    subprocess.run([sys.executable, *command], cwd=root, check=True, capture_output=True)
    done = subprocess.run(
        [sys.executable, "-c", SEARCHES, str(index)],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert [name for name in done.stdout.split() if name.startswith("numpy")] == []
    assert done.stdout.startswith("new:")
