"""Batches of Arrow to columns."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from neuroscript.contracts.dataloader.arrow.part import Part, column_for, field_of, plain
from neuroscript.contracts.dataloader.arrow.source import Asked, Batches
from neuroscript.contracts.dataloader.arrow.types import column_types
from neuroscript.contracts.dataloader.cells.choice import Choice, choose_columns
from neuroscript.contracts.dataloader.cells.errors import OtherColumns
from neuroscript.contracts.dataloader.cells.gathered import gathered
from neuroscript.contracts.dataloader.columns.errors import DataError, Empty, shown, whole_file
from neuroscript.contracts.dataloader.columns.table import Origin, Table
from neuroscript.contracts.dataloader.damage import Damage
from neuroscript.contracts.dataloader.records.inspect import Line
from neuroscript.contracts.dataloader.tokenizers import Texts


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
        self.parts: list[Part] = []
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
        looked_at = self.damage.looked_at
        for port, role, names in self.choice.used():
            fields = [field_of(name, role, batch.column(name)[:looked_at]) for name in names]
            self.parts.append(Part(port, role, fields, column_for(fields[0], self.texts)))

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
            values = {name: plain(column[index]) for name, column in columns.items()}
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
