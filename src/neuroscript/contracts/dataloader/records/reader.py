"""JSON lines to columns, in chunks of lines that are parsed as one list.

A chunk that does not come out as the first record promised is looked at line by line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from neuroscript.contracts.dataloader.columns.errors import (
    AT_ONCE,
    DataError,
    Empty,
    Unreadable,
    whole_file,
)
from neuroscript.contracts.dataloader.columns.table import Origin, Table
from neuroscript.contracts.dataloader.damage import Damage
from neuroscript.contracts.dataloader.records.column import FieldColumn
from neuroscript.contracts.dataloader.records.garbage import garbage_collection_off
from neuroscript.contracts.dataloader.records.raw import checked, schema_of
from neuroscript.contracts.dataloader.records.schema import Field, Schema, value_at
from neuroscript.contracts.dataloader.tokenizers import Texts, Tokenizer
from neuroscript.diagnostics import Diagnostic

CHUNK_BYTES = 128 * 1024
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_records(files: Sequence[Path], tokenizer: Tokenizer, damage: Damage) -> Table:
    """The samples of JSON lines files, in order; inputs that are text become token ids.

    Raises DataError with the first mistakes of the first file that has any, unless `damage`
    counts them.
    """
    with garbage_collection_off():
        reader = _Reader(tokenizer, damage)
        for file in files:
            reader.read(file)
        return reader.table()


class _Reader:
    def __init__(self, tokenizer: Tokenizer, damage: Damage) -> None:
        self.texts = Texts(tokenizer)
        self.damage = damage
        self.schema: Schema | None = None
        self.columns: list[FieldColumn] = []
        self.origins: list[Origin] = []

    def read(self, path: Path) -> None:
        samples, number, without = 0, 1, []
        try:
            with path.open("rb") as file:
                while raw := file.readlines(CHUNK_BYTES):
                    if number == 1:
                        raw[0] = raw[0].removeprefix(BYTE_ORDER_MARK)
                    numbered = [(number + i, line) for i, line in enumerate(raw) if line.strip()]
                    if len(numbered) < len(raw):
                        without += [number + i for i, line in enumerate(raw) if not line.strip()]
                    skipped = self.chunk(path, numbered)
                    samples += len(numbered) - len(skipped)
                    without += skipped
                    number += len(raw)
        except OSError as error:
            raise DataError([Unreadable(whole_file(path), error.strerror or str(error))]) from None
        if not samples and self.damage.count:
            raise self.damage.nothing_left(path)
        if not samples:
            expected = 'one sample per line: {"input": [0.0, 1.0], "target": [1.0]}'
            raise DataError([Empty(whole_file(path), expected)])
        self.origins.append(Origin(path, 1, samples, tuple(sorted(without))))

    def chunk(self, path: Path, numbered: list[tuple[int, bytes]]) -> list[int]:
        """Takes lines, and gives the numbers of those that were damaged and skipped."""
        if not numbered:
            return []
        if self.schema is None:
            self.begin(path, numbered)
        if self.parse_whole([line for _, line in numbered]):
            return []
        return self.parse_each(path, numbered)

    def begin(self, path: Path, numbered: list[tuple[int, bytes]]) -> None:
        """Takes the schema from the first record; if damage is skipped, from most of the first."""
        found: list[Schema] = []
        for number, raw in numbered[: self.damage.looked_at]:
            schema = schema_of(path, number, raw)
            if isinstance(schema, Schema):
                found.append(schema)
            elif not self.damage.skips:
                raise DataError(schema)
        if found:
            forms = Counter(schema.form for schema in found)
            usual = forms.most_common(1)[0][0]
            self.schema = next(schema for schema in found if schema.form == usual)
            self.columns = [self.column(field) for field in self.schema.fields]

    def column(self, field: Field) -> FieldColumn:
        return FieldColumn(field, self.texts.column() if field.kind == "text" else None)

    def parse_whole(self, lines: list[bytes]) -> bool:
        """Parses a chunk at once; False if anything about it is odd."""
        if self.schema is None:
            return False
        text = b"[" + b",".join(lines) + b"]"
        try:
            records = orjson.loads(text)
        except orjson.JSONDecodeError:
            return False
        booleans = b"true" in text or b"false" in text
        return len(records) == len(lines) and self.add(records, booleans)

    def parse_each(self, path: Path, numbered: list[tuple[int, bytes]]) -> list[int]:
        """Finds what is wrong with a chunk and raises it, or skips the lines that it is in."""
        found: list[Diagnostic] = []
        good: list[Any] = []
        skipped: list[int] = []
        for number, raw in numbered:
            record, problems = checked(path, number, raw, self.schema)
            if not problems:
                good.append(record)
            elif self.damage.skips:
                self.damage.meet(problems)
                skipped.append(number)
            else:
                found += problems
            if len(found) >= AT_ONCE:
                break
        if not self.damage.skips:
            assert found, "a chunk was refused without a reason"
            raise DataError(found[:AT_ONCE])
        assert not good or self.add(good, booleans=True), "records were refused without a reason"
        return skipped

    def add(self, records: list[Any], booleans: bool) -> bool:
        """Puts the values of a chunk into the columns; False if any is not as promised."""
        schema = self.schema
        assert schema is not None
        if set(map(type, records)) != {dict}:
            return False
        if "input" not in schema.keys and set(map(len, records)) != {len(schema.keys)}:
            return False
        try:
            values = [_values(records, column.field.keys) for column in self.columns]
        except (KeyError, TypeError):
            return False
        for count, (column, chunk) in enumerate(zip(self.columns, values, strict=True)):
            if not column.add(chunk, booleans):
                for before in self.columns[:count]:
                    before.take_back(len(records))
                return False
        return True

    def table(self) -> Table:
        schema = self.schema
        assert schema is not None
        tokenizer, texts = self.texts.finish()
        of_text = iter(texts)
        names: dict[str, list[str]] = {}
        inputs, targets = {}, {}
        for port, column in zip(schema.inputs, self.columns, strict=False):
            inputs[port] = next(of_text) if column.text is not None else column.finish()[0]
        for port, column in zip(schema.targets, self.columns[len(inputs) :], strict=True):
            targets[port], found = column.finish()
            if found:
                names[port] = found
        return Table(
            inputs=inputs,
            targets=targets,
            class_names=names,
            origins=tuple(self.origins),
            ignored=schema.ignored,
            tokenizers={p: tokenizer for p, f in schema.inputs.items() if f.kind == "text"},
            skipped=self.damage.skipped,
        )


def _values(records: list[dict[str, Any]], keys: tuple[str, ...]) -> list[Any]:
    if len(keys) == 1:
        key = keys[0]
        return [record[key] for record in records]
    return [value_at(record, keys) for record in records]
