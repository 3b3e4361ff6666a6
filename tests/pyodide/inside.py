"""What runs in Pyodide to take the tests' calls."""

from __future__ import annotations

import base64
import inspect
import pickle
from importlib import import_module
from typing import Any


async def answer(sent: Any) -> str:
    """Call the function that was sent (a pickle in a JavaScript buffer), and pickle its result."""
    module, name, arguments = pickle.loads(sent.to_bytes())
    result = getattr(import_module(module), name)(*arguments)
    if inspect.isawaitable(result):
        result = await result
    return base64.b64encode(pickle.dumps(result, protocol=5)).decode()
