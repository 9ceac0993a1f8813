"""What `path` of a loader says: one file or folder, or several."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def paths_of(given: str | Path | Sequence[str | Path] | None) -> list[Path]:
    """The paths; none where nothing is given.

    >>> [str(path) for path in paths_of("a.csv")], paths_of(None)
    (['a.csv'], [])
    """
    return [Path(path) for path in ([given] if isinstance(given, (str, Path)) else given or ())]
