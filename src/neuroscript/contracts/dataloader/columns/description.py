"""What a loader holds, in a form to show and to reason about."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from neuroscript.contracts.dataloader.columns.table import Table


@dataclass(frozen=True)
class ColumnKind:
    """The element type of a column (float, int or bool) and the shape of one sample."""

    dtype: str
    shape: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.dtype}[{', '.join(map(str, self.shape))}]" if self.shape else self.dtype


@dataclass(frozen=True)
class Description:
    """The format, the number of samples, and what each column holds."""

    format: str
    samples: int
    inputs: dict[str, ColumnKind]
    targets: dict[str, ColumnKind]
    class_names: dict[str, list[str]]
    ignored: tuple[str, ...]
    target_name: str | None

    def __str__(self) -> str:
        parts = [self.format, f"{self.samples} sample{'' if self.samples == 1 else 's'}"]
        parts += [f"{name} {kind}" for name, kind in self.inputs.items()]
        for name, kind in self.targets.items():
            shown = name if name == "target" else f"target.{name}"
            classes = self.class_names.get(name)
            parts.append(f"{shown} {kind}" + (f" ({len(classes)} names)" if classes else ""))
        if self.target_name and self.target_name != "target":
            parts.append(f"target is column {self.target_name}")
        if self.ignored:
            parts.append(f"ignored {', '.join(self.ignored)}")
        return "   ".join(parts)


def describe(format_name: str, table: Table) -> Description:
    """What a table holds."""
    return Description(
        format=format_name,
        samples=len(table),
        inputs={name: _kind(column) for name, column in table.inputs.items()},
        targets={name: _kind(column) for name, column in table.targets.items()},
        class_names=table.class_names,
        ignored=table.ignored,
        target_name=table.target_name,
    )


def _kind(column: Tensor) -> ColumnKind:
    if column.dtype is torch.bool:
        dtype = "bool"
    else:
        dtype = "float" if column.is_floating_point() else "int"
    return ColumnKind(dtype, tuple(column.shape[1:]))
