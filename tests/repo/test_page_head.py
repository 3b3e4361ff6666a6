"""The head of a page as the site has it: policy, hashes, modules."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from types import ModuleType

import pytest

from serve import HEADERS

FILES = {
    "static/main.js": 'import("./late.js");\n',
    "static/app.js": 'import { a } from "./parts/a.js";\nimport "../static/side.js";\na();\n',
    "static/late.js": "",
    "static/side.js": "const text = \"import { x } from './none.js'\";\n",
    "static/parts/a.js": 'export {\n  a,\n  b,\n} from "./b.js";\nexport const c = 1;\n',
    "static/parts/b.js": 'import{a}from"./a.js";export{a};\n',
    "static/a.css": "a {}",
}

PAGE = """<!doctype html>
<html><head>
    <meta charset="utf-8">
    <link rel="icon" href="./icon.svg">
    <link rel="stylesheet" href="./static/a.css">
    <link rel="modulepreload" href="./static/app.js">
    <script type="module" src="./static/main.js"></script>
</head><body></body></html>
"""


@pytest.fixture(scope="module")
def page_head(script: Callable[[str], ModuleType]) -> ModuleType:
    """The module under test."""
    return script("page_head")


def texts(files: dict[str, str]) -> dict[str, Callable[[], str]]:
    """How each file is read."""
    return {path: text.__str__ for path, text in files.items()}


def test_modules_are_named_and_what_runs_has_its_hash(page_head: ModuleType) -> None:
    """What the named modules import is named as well, once; scripts and styles have a hash."""
    digests = {path: hashlib.sha256(text.encode()).hexdigest() for path, text in FILES.items()}
    page = page_head.with_preloads(PAGE, texts(FILES))
    page = page_head.with_hashes(page, digests.__getitem__)
    named = re.findall(r'(?:src|href)="\./(static/[^"]+)"', page)
    assert sorted(named) == sorted(set(FILES) - {"static/late.js"})
    checked = re.findall(r'="\./(static/[^"]+)" integrity="sha256-([^"]+)"', page)
    assert [path for path, _ in checked] == ["static/a.css", "static/main.js"]
    for path, value in checked:
        assert base64.b64decode(value).hex() == digests[path]
    assert '<link rel="icon" href="./icon.svg">' in page


def test_a_module_that_is_not_there(page_head: ModuleType) -> None:
    """An import that leads nowhere is found when the site is written."""
    with pytest.raises(ValueError, match=r"static/side\.js is imported"):
        page_head.with_preloads(PAGE, texts({k: v for k, v in FILES.items() if "side" not in k}))


def test_the_policy_is_that_of_the_header(page_head: ModuleType) -> None:
    """All but what a page cannot say of itself; first of all that may be loaded."""
    policy = HEADERS["Content-Security-Policy"]
    page = page_head.with_policy(PAGE, policy)
    content = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert content
    held = content[1].replace("&#x27;", "'").split("; ")
    assert held == [one for one in policy.split("; ") if not one.startswith("frame-ancestors")]
    assert "require-trusted-types-for 'script'" in held
    assert page.index("http-equiv") < page.index("<link")


def test_a_page_without_a_head(page_head: ModuleType) -> None:
    """It is refused rather than written without what belongs there."""
    with pytest.raises(ValueError, match="head"):
        page_head.into_head("<p>", "x")
