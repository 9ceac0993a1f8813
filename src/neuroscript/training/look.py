"""Facts for task inference, seen in tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from neuroscript.training.facts import Facts, Kind, Values
from neuroscript.training.probe import Probe


def values_of(tensor: Tensor, names: Sequence[str] = ()) -> Values:
    """What a tensor of samples, batch dimension first, holds.

    >>> str(values_of(torch.zeros(4, 2)))
    'float[2]'
    >>> values_of(torch.tensor([0, 1, 1])).binary
    True
    """
    kind: Kind = "float" if tensor.is_floating_point() or tensor.is_complex() else "int"
    if tensor.dtype is torch.bool:
        kind = "bool"
    binary = bool(((tensor == 0) | (tensor == 1)).all())
    return Values(kind, tuple(tensor.shape[1:]), binary, tuple(names))


def facts_of(
    probe: Probe,
    inputs: Sequence[Tensor],
    targets: Sequence[Tensor | None],
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


def shape_text(sizes: Sequence[int]) -> str:
    """The shape of a batch of such samples.

    >>> shape_text((3, 8, 8))
    '[batch, 3, 8, 8]'
    """
    return f"[{', '.join(['batch', *map(str, sizes)])}]"
