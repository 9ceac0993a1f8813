"""Values of one column of Arrow as arrays of numpy, where all is well with them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Steps = tuple[NDArray[Any], NDArray[Any] | None]
"""Values, and for lists how many belong to each sample."""


def steps_of(column: Any) -> Steps | None:
    """The values of a column in a type that is kept; of lists, those of all samples in a row.

    Lists within lists are all of one length. None where something is missing, is not finite or
    differs in shape.
    """
    column = _plain(column)
    if not _has_lists(column):
        array = _flat(column)
        return None if array is None else (array, None)
    if column.null_count:
        return None
    lengths = _lengths(column)
    inner = _even(_plain(column.flatten()))
    if inner is None or not lengths.all():
        return None
    return inner, lengths


def strings_of(column: Any) -> list[str] | None:
    """The strings of a column; None if one is missing."""
    column = _plain(column)
    strings: list[str] = column.to_pylist()
    return None if column.null_count else strings


def _even(column: Any) -> NDArray[Any] | None:
    """Values of one shape; None if lists differ in length."""
    if not _has_lists(column):
        return _flat(column)
    if column.null_count:
        return None
    lengths = _lengths(column)
    if not len(lengths):
        return None
    if not lengths[0] or (lengths != lengths[0]).any():
        return None
    inner = _even(_plain(column.flatten()))
    return None if inner is None else inner.reshape(len(lengths), lengths[0], *inner.shape[1:])


def _flat(column: Any) -> NDArray[Any] | None:
    """Single values: bool, bytes, int64 or finite float32."""
    if column.null_count:
        return None
    if str(column.type).startswith("decimal"):
        column = column.cast("float64")
    array: NDArray[Any] = column.to_numpy(zero_copy_only=False)
    match array.dtype.kind, array.dtype.itemsize:
        case ("b", _) | ("u", 1):
            return array
        case ("i", _):
            return array.astype(np.int64, copy=False)
        case ("u", _):
            fits = array.max(initial=0) <= np.iinfo(np.int64).max
            return array.astype(np.int64) if fits else None
        case _:
            with np.errstate(over="ignore"):
                array = array.astype(np.float32, copy=False)
            return array if np.isfinite(array).all() else None


def _lengths(column: Any) -> NDArray[Any]:
    if hasattr(column.type, "list_size"):
        return np.full(len(column), column.type.list_size, np.int64)
    return np.diff(np.asarray(column.offsets, dtype=np.int64))


def _has_lists(column: Any) -> bool:
    return hasattr(column.type, "value_type") and not hasattr(column.type, "index_type")


def _plain(column: Any) -> Any:
    """One chunk, without what only says how to show the values."""
    if hasattr(column, "chunks"):
        column = column.combine_chunks()
    if hasattr(column, "chunks"):  # several chunks that could not be one
        column = column.chunk(0)
    if hasattr(column.type, "storage_type"):
        column = column.storage
    if hasattr(column.type, "index_type"):
        column = column.cast(column.type.value_type)
    return column
