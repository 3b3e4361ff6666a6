"""`python -m app`: the command line, see `app.host.cli`."""

import sys

from app.host.cli import main

if __name__ == "__main__":
    sys.exit(main())
