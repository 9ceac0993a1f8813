"""What a loader holds, in a form to show and to reason about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import torch

from neuroscript.contracts.dataloader.columns.column import Column
from neuroscript.contracts.dataloader.columns.ragged import Ragged
from neuroscript.contracts.dataloader.columns.table import Table
from neuroscript.contracts.dataloader.damage.skipped import Skipped


@dataclass(frozen=True)
class ColumnKind:
    """The element type of a column (float, int or bool) and the shape of one sample.

    >>> str(ColumnKind("int", (17,), shortest=3))
    'int[3…17]'
    """

    dtype: str
    shape: tuple[int, ...]
    shortest: int | None = None
    """How long the shortest sequence is, where they differ; the shape is that of the longest."""

    def __str__(self) -> str:
        sizes = [str(size) for size in self.shape]
        if self.shortest is not None:
            sizes[0] = f"{self.shortest}…{sizes[0]}"
        return f"{self.dtype}[{', '.join(sizes)}]" if sizes else self.dtype


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
    tokenizers: dict[str, str] = field(default_factory=dict)
    """For each input that was text: what made token ids of it, and how many there are."""

    skipped: Skipped | None = None

    def without(self, inputs: Sequence[str]) -> Description:
        """The same, with these inputs among what is ignored."""
        kept = {name: kind for name, kind in self.inputs.items() if name not in inputs}
        return replace(self, inputs=kept, ignored=(*inputs, *self.ignored))

    def __str__(self) -> str:
        parts = [self.format, f"{self.samples} sample{'' if self.samples == 1 else 's'}"]
        for name, kind in self.inputs.items():
            told = self.tokenizers.get(name)
            parts.append(f"{name} {kind}" + (f" ({told})" if told else ""))
        for name, kind in self.targets.items():
            shown = name if name == "target" else f"target.{name}"
            classes = self.class_names.get(name)
            parts.append(f"{shown} {kind}" + (f" ({len(classes)} names)" if classes else ""))
        if self.target_name and self.target_name != "target":
            parts.append(f"target is column {self.target_name}")
        if self.ignored:
            parts.append(f"ignored {', '.join(self.ignored)}")
        if self.skipped:
            parts.append(str(self.skipped))
        return "   ".join(parts)


def describe(format_name: str, table: Table) -> Description:
    """What a table holds."""
    return Description(
        format=format_name,
        samples=len(table),
        inputs={
            name: replace(kind_of(column), dtype="float")
            if name in table.scales
            else kind_of(column)
            for name, column in table.inputs.items()
        },
        targets={name: kind_of(column) for name, column in table.targets.items()},
        class_names=table.class_names,
        ignored=table.ignored,
        target_name=table.target_name,
        tokenizers={
            port: f"text as {tokenizer.name}, {tokenizer.vocabulary} ids"
            for port, tokenizer in table.tokenizers.items()
        },
        skipped=table.skipped,
    )


def kind_of(column: Column) -> ColumnKind:
    """The element type and the shape of a column's samples."""
    if column.dtype is torch.bool:
        dtype = "bool"
    else:
        dtype = "float" if column.is_floating_point() else "int"
    shortest = column.shortest if isinstance(column, Ragged) else None
    return ColumnKind(dtype, tuple(column.shape[1:]), shortest)
