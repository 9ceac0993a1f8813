"""Facts for task inference, seen in tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from neuroscript.contracts.dataloader.columns.column import Column, first_where, parts
from neuroscript.training.facts import Facts, Kind, Values, shape_text
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
    sample = tuple(column.shape[1:])
    binary = first_where(column, lambda values: (values != 0) & (values != 1)) is None
    if column.dtype.is_complex or not len(column) or 0 in sample:
        return Values(kind, sample, binary, tuple(names))
    whole = kind != "float" or binary or first_where(column, _is_fraction) is None
    bounds = [values.aminmax() for _, _, values in parts(column) if values.numel()]
    least = min((float(low) for low, _ in bounds), default=0.0)
    greatest = max((float(high) for _, high in bounds), default=0.0)
    shares = len(sample) > 0 and sample[-1] > 1 and least >= 0 and isinstance(column, Tensor)
    shares = shares and all(map(_adds_up_to_one, (values for _, _, values in parts(column))))
    return Values(
        kind,
        sample,
        binary,
        tuple(names),
        whole=whole,
        one_hot=shares and binary,
        shares=shares,
        least=least,
        greatest=greatest,
    )


def _is_fraction(values: Tensor) -> Tensor:
    return values != values.round()


def _adds_up_to_one(values: Tensor) -> bool:
    """Whether each row of the last dimension does."""
    rows = values.sum(-1, dtype=torch.float32)
    return bool(torch.isclose(rows, rows.new_ones(())).all())


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
