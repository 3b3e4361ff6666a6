"""Promises that are rejected inside Pyodide, and what Python is told."""

from __future__ import annotations

import asyncio

MADE = """
(kind) => {
  class Bare { name = "QuotaExceededError"; message = "no room" }
  const error = Object.assign(new Error("one of ours"), { code: "read-only", hint: "reload" });
  const gone = new DOMException("gone", "NotFoundError");
  const full = new QuotaExceededError("no room");
  const reasons = { full, bare: new Bare(), error, exception: gone, text: "broken" };
  return Promise.reject(kind === "nothing" ? null : reasons[kind]);
}
"""


async def told(kind: str) -> tuple[str, str, str]:
    """Code, message and hint of the error."""
    from pyodide.code import run_js

    from app.browser import ffi
    from app.errors import StorageError

    try:
        await asyncio.wait_for(ffi.settled(run_js(MADE)(kind), StorageError), 10)
    except StorageError as error:
        return error.code, error.message, error.hint
    raise AssertionError(kind)
