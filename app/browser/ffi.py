"""The border between Python and JavaScript: values, buffers, proxies and errors across it.

Everything that copies or releases stands here, so that a leak has one place to be. JavaScript
gets copies, never proxies of Python's own values; Python gets copies, except for the few objects
that are meant to stay (stores, clients, sources), which live as long as Python refers to them.
What makes arrays of NumPy stands in `ffi_arrays`: workers that only read files do without it.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from js import Error, Object
from pyodide.ffi import JsException, JsProxy, create_proxy, jsnull, to_js
from pyodide.webloop import PyodideFuture

from app.errors import CODES, CancelledError, FossickError

if TYPE_CHECKING:
    from app.ports import Buffer

JsObject = Any
"""An object that lives in JavaScript; its attributes are known only there."""

_CODE_OF_NAME = {
    "QuotaExceededError": "quota-exceeded",
    "NotFoundError": "unreadable",
    "NotReadableError": "unreadable",
    "NotAllowedError": "unreadable",
    "SecurityError": "unreadable",
    "AbortError": "cancelled",
}
_FREE_ROOM = "Free some space on this device, or remove documents from the collection."


def to_javascript(value: object) -> JsObject:
    """A copy of plain Python data as plain JavaScript data; dicts become objects."""
    return to_js(value, dict_converter=Object.fromEntries, create_pyproxies=False)


def to_python(value: JsObject) -> Any:  # noqa: ANN401 (any plain data)
    """A copy of plain JavaScript data; null and undefined become None, at any depth."""
    return _without_null(value.to_py() if isinstance(value, JsProxy) else value)


def _without_null(value: object) -> Any:  # noqa: ANN401
    if is_nothing(value):
        return None
    if isinstance(value, dict):
        return {key: _without_null(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_null(one) for one in value]
    return value


def is_nothing(value: object) -> bool:
    """Whether JavaScript gave null or undefined."""
    return value is None or value is jsnull


def to_uint8_array(data: Buffer) -> JsObject:
    """A Uint8Array with a copy of the bytes, whatever the buffer's own item type is."""
    return to_js(memoryview(data).cast("B"))


@contextmanager
def one_by_one(pieces: AsyncIterable[Buffer]) -> Iterator[tuple[JsObject, list[Exception]]]:
    """A function that promises the next piece as a Uint8Array, None at the end.

    And what the pieces have raised, which JavaScript would not bring back as it was.
    """
    found, failures = aiter(pieces), list[Exception]()

    async def following() -> JsObject:
        try:
            return to_uint8_array(await anext(found))
        except StopAsyncIteration:
            return None
        except Exception as error:
            failures.append(error)
            raise

    proxy = create_proxy(following)
    try:
        yield proxy, failures
    finally:
        proxy.destroy()


def to_bytes(array: JsObject) -> bytes:
    """A copy of a typed array's bytes."""
    return bytes(array.to_bytes())


def at_once(call: JsObject, *arguments: object) -> JsObject:
    """What a function of JavaScript gives, None where it throws."""
    try:
        return call(*arguments)
    except JsException:
        return None


async def settled(promise: Awaitable[Any], fallback: type[FossickError]) -> Any:  # noqa: ANN401
    """What the promise gives; an exception of JavaScript becomes an error of our tree.

    Its `code` is kept if it is one of ours, else taken from the name of the DOMException, else
    it is that of `fallback`. A full device has a way out in its hint, whatever found it full.
    """
    try:
        return await promise
    except JsException as error:
        raise as_error(error, fallback) from None


def as_error(error: JsException, fallback: type[FossickError]) -> FossickError:
    """An exception of JavaScript as an error with a code."""
    own = getattr(error, "code", None)
    code = own if own in CODES else _CODE_OF_NAME.get(str(error.name))
    hint = str(getattr(error, "hint", None) or "")
    if code == "quota-exceeded":
        hint = hint or _FREE_ROOM
    message = str(error.message)
    if code == "cancelled":
        return CancelledError(message, hint=hint)
    return fallback(message, code=code or fallback.code, hint=hint)


def _fail(future: PyodideFuture, reason: object) -> None:
    """End a wait for a promise with what it was rejected with, whatever that is.

    Pyodide takes for an exception only what has a stack or is a plain DOMException; with anything
    else, such as Chromium's QuotaExceededError, a class of its own, the wait would never end.
    """
    if not isinstance(reason, (BaseException, type)):
        told = "no reason was given" if is_nothing(reason) else getattr(reason, "message", reason)
        error = Error.new(str(told))
        error.name = str(getattr(reason, "name", error.name))
        reason = error
    super(PyodideFuture, future).set_exception(reason)


PyodideFuture.set_exception = _fail


def succeeded(value: object) -> JsObject:
    """The envelope of an answer."""
    return to_javascript({"ok": True, "value": value})


def failed(code: str, message: str, hint: str = "") -> JsObject:
    """The envelope of a failure."""
    return to_javascript({"ok": False, "error": {"code": code, "message": message, "hint": hint}})
