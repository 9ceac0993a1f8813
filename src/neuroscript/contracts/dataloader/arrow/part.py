"""What becomes of columns of Arrow: an input or a target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from neuroscript.contracts.dataloader.arrow.values import steps_of, strings_of
from neuroscript.contracts.dataloader.cells.choice import Role
from neuroscript.contracts.dataloader.cells.column import NameColumn
from neuroscript.contracts.dataloader.cells.gathered import Read
from neuroscript.contracts.dataloader.columns.errors import WrongShape
from neuroscript.contracts.dataloader.columns.growing import Growing
from neuroscript.contracts.dataloader.records.inspect import Line, check_field
from neuroscript.contracts.dataloader.records.schema import Field, kind_of, leaf, shape_of
from neuroscript.contracts.dataloader.tokenizers import TextColumn, Texts
from neuroscript.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Part:
    """One input or target, and the columns that it is made of."""

    port: str
    role: Role
    fields: list[Field]
    column: Growing | TextColumn | NameColumn

    def read(self, class_names: Mapping[str, Sequence[str]]) -> Read:
        """All rows; `class_names` are those that the source says itself, by column."""
        match self.column:
            case TextColumn():
                return Read(self.port, self.role, None)
            case NameColumn():
                return Read(self.port, self.role, *self.column.finish())
            case Growing():
                names = class_names.get(self.fields[0].name)
                return Read(self.port, self.role, self.column.finish(), names)

    def add(self, batch: Any) -> bool:
        """Takes a batch; False, and nothing is taken, if a value in it is not as it should be."""
        if not isinstance(self.column, Growing):
            strings = strings_of(batch.column(self.fields[0].name))
            return strings is not None and self.column.add(strings)
        found = []
        for of_field in self.fields:
            steps = steps_of(batch.column(of_field.name))
            if steps is None or not _fits(steps[0], steps[1], of_field):
                return False
            found.append(steps)
        if len(found) == 1:
            values, lengths = found[0]
            alone = lengths is None and self.role == "input"
            self.column.add(values[:, None] if alone else values, lengths)
            return True
        if any(lengths is not None and np.ptp(lengths) for _, lengths in found):
            return False
        flat = [values.reshape(batch.num_rows, -1) for values, _ in found]
        sizes = [int(np.prod(of_field.shape)) for of_field in self.fields]
        if [values.shape[1] for values in flat] != sizes:
            return False
        self.column.add(np.concatenate(flat, axis=1))
        return True

    def take_back(self, rows: int) -> None:
        """Forgets the batch of so many rows that was added last."""
        if isinstance(self.column, Growing):
            self.column.take_back()
        else:
            self.column.take_back(rows)

    def problem(self, line: Line, of_field: Field, value: Any) -> Diagnostic | None:
        """What is wrong with the value of a row, if anything."""
        problem = check_field(line, of_field, value, 1)
        if problem is None and len(self.fields) > 1 and shape_of(value) != of_field.shape:
            span = line.span_of(of_field.keys)
            return WrongShape(span, of_field.name, shape_of(value), of_field.shape, 1)
        return problem


def _fits(values: Any, lengths: Any, of_field: Field) -> bool:
    if (values.dtype.kind == "b") != (of_field.kind == "boolean"):
        return False
    if lengths is None:
        return not of_field.shape
    return bool(of_field.shape) and values.shape[1:] == of_field.shape[1:]


def field_of(name: str, role: Role, values: Any) -> Field:
    """What a column holds, by the first of its values that say so."""
    found = [plain(value) for value in values.to_pylist()]
    forms = [(shape_of(value), kind_of(leaf(value), role)) for value in found]
    told = [form for form in forms if form[0] is not None and form[1] is not None]
    shape, kind = Counter(told).most_common(1)[0][0] if told else ((), None)
    return Field((name,), shape or (), kind or "number")


def column_for(of_field: Field, texts: Texts) -> Growing | TextColumn | NameColumn:
    """An empty column for what a field holds."""
    match of_field.kind:
        case "text":
            return texts.column()
        case "name":
            return NameColumn()
        case _:
            return Growing()


def plain(value: Any) -> Any:
    """A value as JSON knows it: exact decimals become fractions."""
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return float(value) if isinstance(value, Decimal) else value
