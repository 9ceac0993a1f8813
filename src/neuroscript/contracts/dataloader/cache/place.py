"""Where columns are kept, and under what name."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from neuroscript.contracts.dataloader.tokenizers.tokenizer import Tokenizer

VERSION = 1
"""Changes whenever columns of the same files would be read or kept differently."""

VARIABLE = "NEUROSCRIPT_CACHE"


def cache_dir() -> Path:
    """The folder of all caches: `NEUROSCRIPT_CACHE`, or the user's own of the system."""
    said = os.environ.get(VARIABLE)
    if said:
        return Path(said).expanduser() / "columns"
    home = Path.home()
    if sys.platform == "darwin":
        base = home / "Library" / "Caches"
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local"))
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "neuroscript" / "columns"


def stamps(files: Sequence[Path]) -> list[list[Any]]:
    """What tells whether files are still the same: path, size and time of change in ns."""
    found = []
    for file in files:
        stat = file.stat()
        found.append([os.path.abspath(file), stat.st_size, stat.st_mtime_ns])  # noqa: PTH100
    return found


def name_for(reader: type, options: Mapping[str, Any], files: Sequence[Path]) -> str:
    """The name of the columns that a reader with these options makes of files."""
    made_of = {
        "version": VERSION,
        "reader": f"{reader.__module__}.{reader.__qualname__}",
        "options": _plain(options),
        "files": stamps(files),
    }
    text = json.dumps(made_of, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _plain(value: Any) -> Any:
    """A value as JSON knows it; raises TypeError for one that has no such form."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Tokenizer):
        return value.as_data()
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    raise TypeError(f"{type(value).__name__} cannot be a part of a name")
