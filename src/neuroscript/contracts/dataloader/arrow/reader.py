"""Batches of Arrow to columns."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from neuroscript.contracts.dataloader.arrow.types import column_types
from neuroscript.contracts.dataloader.arrow.values import steps_of, strings_of
from neuroscript.contracts.dataloader.cells.choice import (
    Choice,
    Features,
    Role,
    Targets,
    choose_columns,
)
from neuroscript.contracts.dataloader.cells.column import NameColumn
from neuroscript.contracts.dataloader.cells.errors import OtherColumns
from neuroscript.contracts.dataloader.cells.gathered import Read, gathered
from neuroscript.contracts.dataloader.columns.errors import (
    DataError,
    Empty,
    WrongShape,
    shown,
    whole_file,
)
from neuroscript.contracts.dataloader.columns.growing import Growing
from neuroscript.contracts.dataloader.columns.table import Origin, Table
from neuroscript.contracts.dataloader.damage import Damage
from neuroscript.contracts.dataloader.records.inspect import Line, check_field
from neuroscript.contracts.dataloader.records.schema import Field, kind_of, leaf, shape_of
from neuroscript.contracts.dataloader.tokenizers import TextColumn, Texts, Tokenizer
from neuroscript.diagnostics import Diagnostic

FIRST = 100
"""How many rows decide what columns hold, where damaged ones are skipped; else the first does."""


@dataclass(frozen=True)
class Asked:
    """What the config says of the columns."""

    target: Targets = None
    features: Features = None
    tokenizer: Tokenizer = field(kw_only=True)


@dataclass(frozen=True)
class Batches:
    """One source of rows: its schema, and what reads batches of some of its columns."""

    path: Path
    schema: Any
    read: Callable[[list[str]], Iterator[Any]]
    """Gives pyarrow's tables or record batches."""

    class_names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By column, the names of classes that the data give as numbers."""


def read_batches(sources: Iterable[Batches], asked: Asked, damage: Damage) -> Table:
    """The samples of tables that have the same columns, in order.

    Raises DataError at the first row that is wrong, unless `damage` counts them.
    """
    reader = _Reader(asked, damage)
    for source in sources:
        reader.read(source)
    return reader.table()


class _Reader:
    def __init__(self, asked: Asked, damage: Damage) -> None:
        self.asked = asked
        self.damage = damage
        self.texts = Texts(asked.tokenizer)
        self.first: Batches | None = None
        self.choice: Choice | None = None
        self.parts: list[_Part] = []
        self.origins: list[Origin] = []

    def read(self, source: Batches) -> None:
        names = list(source.schema.names)
        if self.first is None:
            self.first = source
            types = column_types(source.schema)
            if not types:
                raise DataError([Empty(whole_file(source.path), "a table with named columns")])
            wanted = self.asked.target, self.asked.features
            self.choice = choose_columns(types, *wanted, whole_file(source.path))
        elif names != self.first.schema.names:
            raise DataError([OtherColumns(whole_file(source.path), shown(self.first.path))])
        assert self.choice is not None
        columns = list(dict.fromkeys(n for _, _, names in self.choice.used() for n in names))
        row, skipped = 1, list[int]()
        for batch in source.read(columns):
            if not batch.num_rows:
                continue
            if not self.parts:
                self.begin(batch)
            skipped += self.add(source.path, batch, row)
            row += batch.num_rows
        samples = row - 1 - len(skipped)
        if not samples and skipped:
            raise self.damage.nothing_left(source.path)
        if not samples:
            raise DataError([Empty(whole_file(source.path), "a table with a row for each sample")])
        self.origins.append(Origin(source.path, 1, samples, tuple(skipped), unit="row"))

    def begin(self, batch: Any) -> None:
        """Sees in the first row, or the first rows, what the columns hold."""
        assert self.choice is not None
        looked_at = FIRST if self.damage.skips else 1
        for port, role, names in self.choice.used():
            fields = [_field(name, role, batch.column(name)[:looked_at]) for name in names]
            self.parts.append(_Part(port, role, fields, _column(fields[0], self.texts)))

    def add(self, path: Path, batch: Any, row: int) -> list[int]:
        """Takes a batch whose first row has that number; gives the rows that were skipped."""
        for count, part in enumerate(self.parts):
            if not part.add(batch):
                for before in self.parts[:count]:
                    before.take_back(batch.num_rows)
                return self.add_good(path, batch, row)
        return []

    def add_good(self, path: Path, batch: Any, row: int) -> list[int]:
        """Meets the damage in a batch, and takes the other rows."""
        fields = [(part, field) for part in self.parts for field in part.fields]
        columns = {field.name: batch.column(field.name).to_pylist() for _, field in fields}
        kept, skipped = list[int](), list[int]()
        for index in range(batch.num_rows):
            values = {name: _plain(column[index]) for name, column in columns.items()}
            line = Line(path, row + index, json.dumps(values, ensure_ascii=False, default=str))
            found = [part.problem(line, field, values[field.name]) for part, field in fields]
            problems = [problem for problem in found if problem is not None]
            if problems:
                self.damage.meet(problems)
                skipped.append(row + index)
            else:
                kept.append(index)
        assert skipped, "a batch was refused without a reason"
        if kept:
            again = self.add(path, batch.take(kept), row)
            assert not again, "rows were refused without a reason"
        return skipped

    def table(self) -> Table:
        choice, first = self.choice, self.first
        assert choice is not None and first is not None
        columns = (part.read(first.class_names) for part in self.parts)
        return gathered(columns, self.texts, choice, self.origins, self.damage)


@dataclass(frozen=True, slots=True)
class _Part:
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


def _field(name: str, role: Role, values: Any) -> Field:
    """What a column holds, by the first of its values that say so."""
    found = [_plain(value) for value in values.to_pylist()]
    forms = [(shape_of(value), kind_of(leaf(value), role)) for value in found]
    told = [form for form in forms if form[0] is not None and form[1] is not None]
    shape, kind = Counter(told).most_common(1)[0][0] if told else ((), None)
    return Field((name,), shape or (), kind or "number")


def _column(of_field: Field, texts: Texts) -> Growing | TextColumn | NameColumn:
    match of_field.kind:
        case "text":
            return texts.column()
        case "name":
            return NameColumn()
        case _:
            return Growing()


def _plain(value: Any) -> Any:
    """A value as JSON knows it: exact decimals become fractions."""
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return float(value) if isinstance(value, Decimal) else value
