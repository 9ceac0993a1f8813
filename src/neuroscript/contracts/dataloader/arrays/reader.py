"""Arrays to columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from neuroscript.contracts.dataloader.arrays.errors import LengthsDiffer, NoInputArray, WrongArray
from neuroscript.contracts.dataloader.arrays.files import Arrays, arrays_in
from neuroscript.contracts.dataloader.arrays.names import CLASS_NAMES, Roles, roles_of
from neuroscript.contracts.dataloader.columns.classes import number_classes
from neuroscript.contracts.dataloader.columns.column import Column
from neuroscript.contracts.dataloader.columns.errors import (
    FLOAT32_OVERFLOW,
    DataError,
    Empty,
    NotFinite,
    Unreadable,
    on_row,
    whole_file,
)
from neuroscript.contracts.dataloader.columns.table import Origin, Table
from neuroscript.contracts.dataloader.damage import Damage

AT_ONCE = 1 << 20
"""How many values are looked at together."""

EXPECTED = "arrays `input` and `target`, or `x` and `y`, with a row for each sample"
KINDS = {"O": "Python objects", "V": "records", "M": "dates", "m": "times", "c": "complex numbers"}


def read_arrays(files: Sequence[Path], split: str, damage: Damage) -> Table:
    """The samples of arrays, a row each; several files are one after the other.

    Raises DataError at the array or the row that is wrong, unless `damage` counts the row.
    """
    first: Roles | None = None
    names: Sequence[str] | None = None
    chunks: dict[tuple[str, str], list[NDArray[Any]]] = {}
    origins = []
    for path in files:
        arrays = _arrays(path)
        roles = roles_of(list(arrays), split)
        if not roles.inputs or (first and roles.names != first.names):
            raise DataError([NoInputArray(whole_file(path), list(arrays))])
        first = first or roles
        held = {name: _opened(path, name, arrays) for name in roles.names}
        kept, blank = _kept(path, held, damage)
        origins.append(Origin(path, 1, len(kept), blank, unit="row"))
        for role, ports in (("input", roles.inputs), ("target", roles.targets)):
            for port, name in ports.items():
                rows = held[name] if not blank else held[name][kept]
                chunks.setdefault((role, port), []).append(rows)
        if CLASS_NAMES in arrays:
            names = [str(name) for name in _opened(path, CLASS_NAMES, arrays).tolist()]
    assert first is not None
    return _table(first, chunks, names, tuple(origins), damage)


def _table(
    roles: Roles,
    chunks: dict[tuple[str, str], list[NDArray[Any]]],
    names: Sequence[str] | None,
    origins: tuple[Origin, ...],
    damage: Damage,
) -> Table:
    class_names: dict[str, list[str]] = {}
    targets: dict[str, Column] = {}
    for port in roles.targets:
        whole = _joined(chunks["target", port])
        if whole.dtype.kind in "US":
            targets[port], class_names[port] = number_classes(whole.astype(str).tolist())
        else:
            targets[port] = _tensor(whole)
            if names and list(roles.targets) == [port] and whole.dtype.kind in "iu":
                class_names[port] = list(names)
    return Table(
        inputs={port: _tensor(_joined(chunks["input", port])) for port in roles.inputs},
        targets=targets,
        class_names=class_names,
        origins=origins,
        ignored=roles.ignored,
        target_name=", ".join(roles.targets.values()) or None,
        skipped=damage.skipped,
    )


def _arrays(path: Path) -> Arrays:
    try:
        return arrays_in(path)
    except OSError as error:
        raise DataError([Unreadable(whole_file(path), error.strerror or str(error))]) from None
    except ValueError as error:
        raise DataError([Unreadable(whole_file(path), str(error))]) from None


def _opened(path: Path, name: str, arrays: Arrays) -> NDArray[Any]:
    """An array that can be used: of numbers or text, with a row for each sample."""
    place = whole_file(path)
    try:
        array = arrays[name]()
    except ValueError as error:
        if "allow_pickle" in str(error):
            advice = "save numbers: what is pickled could run any code when it is read"
            raise DataError([WrongArray(place, name, KINDS["O"], advice)]) from None
        raise DataError([Unreadable(place, f"array `{name}`: {error}")]) from None
    except OSError as error:
        raise DataError([Unreadable(place, error.strerror or str(error))]) from None
    kind = array.dtype.kind
    if kind in KINDS or not array.shape:
        found = KINDS.get(kind, "a single value")
        advice = "an array holds numbers, booleans or class names, with a row for each sample"
        raise DataError([WrongArray(place, name, found, advice)])
    return array


def _kept(
    path: Path, held: dict[str, NDArray[Any]], damage: Damage
) -> tuple[NDArray[Any], tuple[int, ...]]:
    """The rows that can be used, and the numbers, counted from 1, of those that cannot."""
    first, *others = held
    total = len(held[first])
    for name in others:
        if len(held[name]) != total:
            place = whole_file(path)
            raise DataError([LengthsDiffer(place, name, len(held[name]), first, total)])
    if not total:
        raise DataError([Empty(whole_file(path), EXPECTED)])
    damaged: dict[int, NotFinite] = {}
    for name, array in held.items():
        for row, problem in _not_finite(path, name, array):
            if row not in damaged:
                damaged[row] = problem
            if not damage.skips:
                break
    for _, problem in sorted(damaged.items()):
        damage.meet([problem])
    if len(damaged) == total:
        raise damage.nothing_left(path)
    kept = np.setdiff1d(np.arange(total), np.array(list(damaged), dtype=np.int64))
    return kept, tuple(row + 1 for row in sorted(damaged))


def _not_finite(path: Path, name: str, array: NDArray[Any]) -> Iterator[tuple[int, NotFinite]]:
    """Each row that holds a number which float32 does not, with the first such number."""
    if array.dtype.kind != "f":
        return
    small = array.dtype.itemsize <= 4
    size = max(1, AT_ONCE // max(1, int(np.prod(array.shape[1:]))))
    for start in range(0, len(array), size):
        part = np.asarray(array[start : start + size])
        fine = np.isfinite(part) if small else np.abs(part) < FLOAT32_OVERFLOW
        if fine.all():
            continue
        for row in np.flatnonzero(~fine.reshape(len(part), -1).all(axis=1)):
            place = (row, *np.argwhere(~np.atleast_1d(fine[row]))[0][: part.ndim - 1])
            value = str(part[place])
            index = ", ".join(map(str, (start + row, *place[1:])))
            shown = f"{name}[{index}] = {value}"
            span = on_row(path, int(start + row) + 1, shown, len(shown) - len(value))
            yield int(start + row), NotFinite(span, name, value)


def _joined(arrays: list[NDArray[Any]]) -> NDArray[Any]:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _tensor(array: NDArray[Any]) -> Tensor:
    """An array in a type that torch has and models take; mapped if it was and is one already."""
    kind, size = array.dtype.kind, array.dtype.itemsize
    if kind == "f" and size != 4:
        array = array.astype(np.float32)
    elif kind == "u" and size > 1:
        array = array.astype(np.int32 if size == 2 else np.int64)
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return torch.from_numpy(np.ascontiguousarray(array) if array.ndim else array)
