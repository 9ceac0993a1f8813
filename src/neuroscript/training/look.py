"""Facts for task inference, seen in tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from neuroscript.contracts.dataloader.columns.column import Column, first_where
from neuroscript.training.facts import Facts, Kind, Values
from neuroscript.training.probe import Probe


def values_of(column: Column, names: Sequence[str] = ()) -> Values:
    """What samples, batch dimension first, hold; of sequences, the longest tells the shape.

    >>> str(values_of(torch.zeros(4, 2)))
    'float[2]'
    >>> values_of(torch.tensor([0, 1, 1])).binary
    True
    """
    kind: Kind = "float" if column.dtype.is_floating_point or column.dtype.is_complex else "int"
    if column.dtype is torch.bool:
        kind = "bool"
    binary = first_where(column, lambda values: (values != 0) & (values != 1)) is None
    return Values(kind, tuple(column.shape[1:]), binary, tuple(names))


def facts_of(
    probe: Probe,
    inputs: Sequence[Tensor],
    targets: Sequence[Column | None],
    names: Mapping[str, Sequence[str]] | None = None,
    declared: Mapping[str, str] | None = None,
) -> dict[str, Facts]:
    """The facts of each output, by its name.

    `targets` are in the order of the outputs; `names` are class names and `declared` the
    outputs as they were written, both by output.
    """
    given = tuple(values_of(value) for value in inputs)
    facts = {}
    for (port, output), target in zip(probe.outputs.items(), targets, strict=True):
        sizes = tuple(output.shape[1:])
        facts[port] = Facts(
            port=(declared or {}).get(port) or (shape_text(sizes) if output.dim() else "[]"),
            output=sizes,
            inputs=given,
            target=None if target is None else values_of(target, (names or {}).get(port, ())),
            last=probe.last[port],
            vocabularies=probe.vocabularies,
            whole=output.dim() == 0,
        )
    return facts


def shape_text(sizes: Sequence[int | str]) -> str:
    """The shape of a batch of such samples.

    >>> shape_text((3, 8, 8))
    '[batch, 3, 8, 8]'
    """
    return f"[{', '.join(['batch', *map(str, sizes)])}]"
