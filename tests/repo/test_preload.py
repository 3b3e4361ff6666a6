"""What goes into the image of the interpreter's memory."""

from __future__ import annotations

import subprocess
import sys


def test_numpy_stays_out(root):
    """An image with NumPy in it cannot be started from: its functions lie in other modules."""
    program = "import sys, app.browser.preload; print(*sorted(sys.modules), sep='\\n')"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True
    )
    loaded = done.stdout.split()
    assert "app.core.analysis" in loaded
    assert [name for name in loaded if name.partition(".")[0] in {"numpy", "js", "pyodide"}] == []
