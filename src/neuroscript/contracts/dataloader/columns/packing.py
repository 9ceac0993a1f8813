"""Short sequences one behind the other, in windows that are nearly full."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from neuroscript.contracts.dataloader.columns.column import Column
from neuroscript.contracts.dataloader.columns.ragged import IGNORED, Ragged
from neuroscript.contracts.dataloader.columns.table import Table


def packed(table: Table, context: int | None, separator: int) -> Table:
    """The samples of a table in windows of at most `context` steps, `separator` behind each.

    They stay in order. One that is longer than a window is cut into several; without `context`
    a window has room for the longest. Targets, if any, are one for each step. Raises ValueError
    if the samples are no sequences of whole numbers, or their targets are others.
    """
    if len(table.inputs) != 1 or len(table.targets) > 1:
        raise ValueError("`pack` is for one input of tokens")
    (port, column) = next(iter(table.inputs.items()))
    tokens = _sequences(column)
    if tokens is None:
        raise ValueError("`pack` is for sequences of tokens")
    lengths = tokens.lengths + 1
    context = int(lengths.max()) if context is None else context
    if context < 2:
        raise ValueError(f"a window of `pack` has at least 2 steps, not {context}")
    targets = {}
    for name, target in table.targets.items():
        held = _sequences(target)
        if held is None or not torch.equal(held.lengths, tokens.lengths):
            raise ValueError("`pack` wants no targets, or one for each token")
        targets[name] = _with_end(held, IGNORED)
    samples, sizes = _cut(lengths, context)
    first, windows = _windows(sizes, context)
    segments = torch.repeat_interleave(torch.arange(len(sizes)), sizes)
    chosen = samples[first]
    return replace(
        table,
        inputs={port: Ragged.from_lengths(_with_end(tokens, separator), windows)},
        targets={name: Ragged.from_lengths(values, windows) for name, values in targets.items()},
        segments=Ragged.from_lengths(segments, windows),
        packed=len(table),
        chosen=chosen if table.chosen is None else table.chosen[chosen],
    )


def _sequences(column: Column) -> Ragged | None:
    """A column as sequences of whole numbers; None if it is not such."""
    if column.is_floating_point() or column.dtype is torch.bool or len(column.shape) != 2:
        return None
    if isinstance(column, Ragged):
        return column
    values = column[:].reshape(-1)
    return Ragged.from_lengths(values, torch.full((len(column),), column.shape[1]))


def _with_end(column: Ragged, end: int) -> Tensor:
    """The values of all sequences, one after the other, with one more behind each."""
    values = column.flat(torch.arange(len(column))).long()
    lengths = column.lengths + 1
    ended = torch.full((int(lengths.sum()),), end)
    ends = lengths.cumsum(0) - 1
    inside = torch.ones(len(ended), dtype=torch.bool)
    inside[ends] = False
    ended[inside] = values
    return ended


def _cut(lengths: Tensor, context: int) -> tuple[Tensor, Tensor]:
    """The sample and the length of each piece, where none is longer than a window."""
    pieces = -(-lengths // context)
    samples = torch.repeat_interleave(torch.arange(len(lengths)), pieces)
    last = pieces.cumsum(0) - 1
    sizes = torch.full((len(samples),), context)
    sizes[last] = lengths - (pieces - 1) * context
    return samples, sizes


def _windows(sizes: Tensor, context: int) -> tuple[Tensor, Tensor]:
    """The first piece of each window, and the length of each window.

    >>> [found.tolist() for found in _windows(torch.tensor([3, 2, 4, 1]), 5)]
    [[0, 2], [5, 5]]
    """
    first, windows = [0], [0]
    for index, size in enumerate(sizes.tolist()):
        if windows[-1] + size > context:
            first.append(index)
            windows.append(0)
        windows[-1] += size
    return torch.tensor(first), torch.tensor(windows)
