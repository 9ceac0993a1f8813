"""Looking up the paths of a config."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from neuroscript.config.errors import ConfigError, PathNotFound
from neuroscript.diagnostics import Span


def find_files(key: str, path: str, span: Span, folders: Sequence[Path]) -> list[Path]:
    """The files of a path or glob, from the first folder that has any.

    Raises ConfigError at `span` naming every place that was looked at.
    """
    expanded = Path(path).expanduser()
    candidates = list(dict.fromkeys(folder / expanded for folder in folders))
    for candidate in candidates:
        if candidate.exists():
            return [candidate]
        if any(character in path for character in "*?["):
            anchor = Path(candidate.anchor)
            found = sorted(anchor.glob(str(candidate.relative_to(anchor))))
            if found:
                return found
    near = [
        str(Path(path).parent / sibling.name)
        for candidate in candidates
        if candidate.parent.is_dir()
        for sibling in candidate.parent.iterdir()
    ]
    looked_in = [str(candidate.absolute()) for candidate in candidates]
    unique = list(dict.fromkeys(looked_in))
    raise ConfigError([PathNotFound(span, key, path, unique, near)])
