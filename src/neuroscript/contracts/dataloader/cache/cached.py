"""A table that is built once and opened from then on."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from neuroscript.contracts.dataloader.cache.errors import NotKept
from neuroscript.contracts.dataloader.cache.kept import TABLE, keep, opened
from neuroscript.contracts.dataloader.cache.lock import LOCKS, locked
from neuroscript.contracts.dataloader.cache.place import cache_dir, name_for, stamps
from neuroscript.contracts.dataloader.cache.prune import prune
from neuroscript.contracts.dataloader.columns.errors import DataError, Unreadable, whole_file
from neuroscript.contracts.dataloader.columns.growing import grown_in
from neuroscript.contracts.dataloader.columns.table import Table


def cached(
    reader: type,
    options: Mapping[str, Any],
    files: Sequence[Path],
    read: Callable[[Sequence[Path]], Table],
) -> Table:
    """The table that `read` makes of files, its columns in files of the user's cache.

    It is read in one pass, in little memory, and only if it is not there yet: the same files,
    read by the same reader with the same options, are opened. What is damaged is built again.
    Two processes do not build the same at once, and nobody ever sees a part. Raises DataError
    for what is wrong with the data, or if the cache cannot be written.
    """
    for file in files:
        if not file.is_file():
            raise DataError([Unreadable(whole_file(file), "there is no such file")])
    folder = cache_dir()
    place = folder / name_for(reader, options, files)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        table = _opened(place)
        if table is None:
            with locked(place.with_suffix(".lock")):
                table = _opened(place)
                if table is None:
                    _build(place, files, read)
                    prune(folder)
                    table = opened(place)
        return _as_called(table, files)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError([NotKept(whole_file(files[0]), str(folder), reason)]) from None


def _as_called(table: Table, files: Sequence[Path]) -> Table:
    """The table with its files as they are called now: they may have been called otherwise."""
    origins = zip(table.origins, files, strict=True)
    return replace(table, origins=tuple(replace(one, file=file) for one, file in origins))


def _opened(place: Path) -> Table | None:
    """The table of a folder, None if there is none or it is damaged."""
    if not place.is_dir():
        return None
    try:
        table = opened(place)
        os.utime(place / TABLE)
        return table
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _build(place: Path, files: Sequence[Path], read: Callable[[Sequence[Path]], Table]) -> None:
    """Reads the files into a folder beside, and puts it in its place when it is whole."""
    before = stamps(files)
    if LOCKS:
        for left in place.parent.glob(f"{place.name}-*.building"):
            shutil.rmtree(left, ignore_errors=True)
    building = Path(tempfile.mkdtemp(prefix=f"{place.name}-", suffix=".building", dir=place.parent))
    try:
        with grown_in(building):
            table = read(files)
        keep(table, building, before)
        if stamps(files) != before:
            changed = "it was changed while it was read"
            raise DataError([Unreadable(whole_file(files[0]), changed)])
        if place.exists():
            shutil.rmtree(place)
        building.rename(place)
    finally:
        shutil.rmtree(building, ignore_errors=True)
