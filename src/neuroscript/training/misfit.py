"""Why data do not have a declared shape."""

from __future__ import annotations

import re
from collections.abc import Sequence

from neuroscript.contracts.dataloader.columns.column import Column
from neuroscript.contracts.dataloader.columns.ragged import Ragged
from neuroscript.language import Port
from neuroscript.training.input_port import InputPort


def ragged_misfit(
    port: Port | InputPort,
    column: Ragged,
    sizes: dict[str, int],
    lengths: dict[str, tuple[str, Ragged]],
) -> tuple[int, str] | None:
    """The first sequence that a port cannot take, and why; None if it takes all.

    `sizes` are those of names so far, `lengths` the sequences that a name stood for, and where.
    """
    samples, first, rest = len(column), int(column.lengths[0]), column.shape[2:]
    wrong = mismatch_of(port.shape, (samples, first, *rest), dict(sizes))
    if wrong:
        return 0, wrong
    dim = port.shape[1] if len(port.shape) > 1 else "*"
    if not isinstance(dim, int) and re.fullmatch(r"[A-Za-z_]\w*", dim) and dim not in sizes:
        other, same = lengths.setdefault(dim, (port.name, column))
        differs = (same.lengths != column.lengths).nonzero()
        if not len(differs):
            return None
        odd = int(differs[0])
        return odd, f"{column.lengths[odd]} here, {same.lengths[odd]} in `{other}` (`{dim}`)"
    odd = other_length(column)
    wrong = mismatch_of(port.shape, (samples, int(column.lengths[odd]), *rest), dict(sizes))
    return (odd, wrong) if wrong else None


def other_length(column: Column) -> int:
    """The first sample that is not as long as the first one; 0 where all are."""
    if not isinstance(column, Ragged):
        return 0
    return int((column.lengths != column.lengths[0]).nonzero()[0])


def written(shape: Sequence[int | str]) -> str:
    """A shape as it stands in a `.ns` file.

    >>> written(("batch", 2))
    '[batch, 2]'
    """
    return f"[{', '.join(map(str, shape))}]"


def mismatch_of(
    declared: Sequence[int | str], sizes: Sequence[int], known: dict[str, int]
) -> str | None:
    """Why a tensor does not have a declared shape; `known` are the sizes of names so far.

    >>> mismatch_of(("batch", 2), (4, 3), {})
    '3 instead of 2'
    >>> mismatch_of(("*", 8), (4, 5, 8), {}) is None
    True
    """
    star = next((i for i, dim in enumerate(declared) if str(dim).startswith("*")), None)
    many = star is not None and (star == 0 or len(str(declared[star])) > 1)
    if many and star is not None:
        after = len(declared) - star - 1
        if len(sizes) < len(declared) - 1:
            return _dims(sizes)
        sizes = [*sizes[:star], *sizes[len(sizes) - after :]]
        declared = [*declared[:star], *declared[star + 1 :]]
    elif len(declared) != len(sizes):
        return _dims(sizes)
    for dim, size in zip(declared, sizes, strict=True):
        expected = dim if isinstance(dim, int) else known.get(dim)
        if expected is None:
            if re.fullmatch(r"[A-Za-z_]\w*", str(dim)):
                known[str(dim)] = size
        elif expected != size:
            name = "" if isinstance(dim, int) else f" (`{dim}`)"
            return f"{size} instead of {expected}{name}"
    return None


def _dims(sizes: Sequence[int]) -> str:
    """How many dimensions a sample has, without that of the batch."""
    rank = len(sizes) - 1
    return {0: "one number a sample", 1: "a list of numbers"}.get(rank, f"{rank} dimensions")
