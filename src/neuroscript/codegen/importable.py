"""Python that lies beside a `.ns` file, as Python that lies beside a script."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def importable_from(folder: Path | None) -> Iterator[None]:
    """Lets `import` look into a folder first; None stands for no folder."""
    if folder is None:
        yield
        return
    entry = str(folder.resolve())
    sys.path.insert(0, entry)
    try:
        yield
    finally:
        sys.path.remove(entry)
