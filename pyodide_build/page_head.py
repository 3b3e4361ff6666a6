"""What a page of the site gets into its head when it is written: policy, hashes, preloads, version.

Every script and style sheet that the head runs carries the hash of its content (Subresource
Integrity). Every module that the page needs at its start is named, so that none waits for another.
"""

from __future__ import annotations

import base64
import html
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

IMPORT: Final = re.compile(r'(?:^|\n)(?:import|export)\b[^;"()]*?"(\.{1,2}/[^"]+)"')
"""A static import or re-export of a module beside this one; dynamic ones have parentheses."""

TAG: Final = re.compile(r'<(script|link)\b[^>]*?\b(?:src|href)="\./([^"]+)"[^>]*>')
MODULE: Final = re.compile(r'type="module"|rel="modulepreload"')
CHECKED: Final = re.compile(r'<script|rel="stylesheet"')
"""A hash at a preload holds for nothing: the import itself fetches again when it does not fit."""

Digest = Callable[[str], str]
"""SHA-256 (hex) of a file of the site, by its path."""


def integrity(sha256: str) -> str:
    """The attribute's value for a digest in hex: `integrity("00")` -> "sha256-AA=="."""
    return "sha256-" + base64.b64encode(bytes.fromhex(sha256)).decode()


def imports(first: Iterable[str], read: Mapping[str, Callable[[], str]]) -> Iterator[str]:
    """The modules that some modules need before they run, by path, themselves first.

    `read` has a way to get the text of every file of the site. `ValueError` for one that is not
    there.
    """
    queue = list(first)
    seen = set(queue)
    while queue:
        path = queue.pop(0)
        yield path
        if path not in read:
            raise ValueError(f"{path} is imported and not there")
        for relative in IMPORT.findall(read[path]()):
            found = posixpath.normpath(posixpath.join(posixpath.dirname(path), relative))
            if found not in seen:
                seen.add(found)
                queue.append(found)


def with_hashes(page: str, digest: Digest) -> str:
    """The page, the scripts and style sheets that it names with their hashes."""

    def marked(match: re.Match[str]) -> str:
        tag = match[0]
        if not CHECKED.search(tag):
            return tag
        return f'{tag[:-1]} integrity="{integrity(digest(match[2]))}">'

    return TAG.sub(marked, page)


def with_preloads(page: str, read: Mapping[str, Callable[[], str]]) -> str:
    """The page, with a preload for every module that those it names import."""
    named = [match[2] for match in TAG.finditer(page) if MODULE.search(match[0])]
    rest = [path for path in imports(named, read) if path not in named]
    return into_head(page, *(f'<link rel="modulepreload" href="./{path}">' for path in rest))


def with_policy(page: str, policy: str) -> str:
    """The page under a policy that holds on hosts, too, that send no headers."""
    directives = [one for one in policy.split("; ") if not one.startswith("frame-ancestors")]
    content = html.escape("; ".join(directives))
    meta = f'<meta http-equiv="Content-Security-Policy" content="{content}">'
    return page.replace('<meta charset="utf-8">', f'<meta charset="utf-8">\n    {meta}', 1)


def into_head(page: str, *lines: str) -> str:
    """The page with more lines at the end of its head."""
    head, found, rest = page.partition("</head>")
    if not found:
        raise ValueError("a page without </head> cannot be written")
    return head + "".join(f"  {line}\n  " for line in lines) + found + rest
