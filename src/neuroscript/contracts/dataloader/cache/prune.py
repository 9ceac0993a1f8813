"""Taking away what nobody will use again."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

from neuroscript.contracts.dataloader.cache.kept import TABLE
from neuroscript.contracts.dataloader.cache.place import stamps

UNUSED_DAYS = 30
"""After how many days without use a cache is taken away."""

UNFINISHED_DAYS = 1
"""After how many days what was not finished is nobody's."""

DAY = 86_400


def prune(folder: Path) -> list[str]:
    """Takes away caches that are not of use any more, and gives their names.

    Such are those whose files have changed or gone, and those not used for 30 days. A process
    that still reads from one goes on reading.
    """
    gone = [entry for entry in folder.iterdir() if entry.is_dir() and not _of_use(entry)]
    for entry in gone:
        shutil.rmtree(entry, ignore_errors=True)
        entry.with_suffix(".lock").unlink(missing_ok=True)
    return sorted(entry.name for entry in gone)


def _of_use(entry: Path) -> bool:
    try:
        age = (time.time() - _last_use(entry)) / DAY
        if entry.suffix == ".building":
            return age < UNFINISHED_DAYS
        told = json.loads((entry / TABLE).read_text(encoding="utf-8"))
        files = [Path(path) for path, _, _ in told["files"]]
        return age < UNUSED_DAYS and stamps(files) == told["files"]
    except FileNotFoundError:
        return False
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _last_use(entry: Path) -> float:
    table = entry / TABLE
    return (table if table.is_file() else entry).stat().st_mtime
