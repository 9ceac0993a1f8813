"""What can be wrong with data, at the line that is wrong."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from neuroscript.diagnostics import (
    Diagnostic,
    NeuroScriptError,
    Source,
    Span,
    did_you_mean,
    or_list,
)

AT_ONCE = 5
"""How many mistakes of one file are told at once."""

FLOAT32_OVERFLOW = 2.0**128 - 2.0**103
"""The smallest number that rounds to infinity in float32."""

VISIBLE = 88
"""How much of a long line is shown."""


class DataError(NeuroScriptError):
    """Data that cannot be read as samples."""


def shown(path: Path) -> str:
    """What messages call a file: its path from the working directory, if it lies below."""
    absolute = os.path.abspath(path)  # noqa: PTH100 - symbolic links keep their names
    below = os.path.commonpath([absolute, os.getcwd()]) == os.getcwd()  # noqa: PTH109
    return os.path.relpath(absolute) if below else str(path)


def on_line(path: Path, number: int, text: str, start: int = 0, end: int | None = None) -> Span:
    """Characters of one line of a file; of a long line, those that can be seen."""
    text = text.rstrip("\r\n")
    source = Source(shown(path), text, path, first_line=number)
    end = len(text) if end is None else end
    start = 0 if start >= VISIBLE else min(start, len(text))
    return Span(source, start, max(start + 1, min(end, VISIBLE, len(text))))


def on_row(path: Path, row: int, values: str = "", start: int = 0, end: int | None = None) -> Span:
    """A row of a file that has no lines, counted from 1; `values` are what is shown of it."""
    return on_line(path, row, values or f"(row {row})", start, end)


def within(place: Span, text: str) -> Span:
    """Where a text stands within a place; the place itself if it is not found, or far right."""
    start = place.source.text.find(text, place.start, place.end)
    return place if start < 0 else Span(place.source, start, start + max(1, len(text)))


def text_of_line(path: Path, number: int) -> str:
    """One line of a file, read again to show it."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as file:
        return next(islice(file, number - 1, None), "").rstrip("\r\n")


def whole_file(path: Path) -> Span:
    """The place of what is said of a file as a whole."""
    source = Source(shown(path), "", path)
    return Span(source, 0, 1)


@dataclass(frozen=True)
class Unreadable(Diagnostic):
    code = "ND101"
    reason: str

    @property
    def message(self) -> str:
        return f"cannot read `{self.span.source.name}`: {self.reason}"


@dataclass(frozen=True)
class Empty(Diagnostic):
    code = "ND102"
    expected: str

    @property
    def message(self) -> str:
        return f"`{self.span.source.name}` has no samples"

    @property
    def help(self) -> str:
        return self.expected


@dataclass(frozen=True)
class NotJson(Diagnostic):
    code = "ND103"
    reason: str
    advice: str | None = None

    @property
    def message(self) -> str:
        return f"this line is not JSON: {self.reason}"

    @property
    def help(self) -> str | None:
        return self.advice


@dataclass(frozen=True)
class NotARecord(Diagnostic):
    code = "ND104"
    found: str

    @property
    def message(self) -> str:
        return f"a sample is an object with `input` and `target`, not {self.found}"

    @property
    def help(self) -> str:
        return 'one sample per line: {"input": [0.0, 1.0], "target": [1.0]}'


@dataclass(frozen=True)
class MissingField(Diagnostic):
    code = "ND105"
    field: str
    first_line: int
    found: Sequence[str] = ()

    @property
    def message(self) -> str:
        return f"this sample has no `{self.field}`"

    @property
    def help(self) -> str:
        near = did_you_mean(self.field, self.found)
        return f"line {self.first_line} has one, so every line needs one" + (
            f"; {near.replace('did you mean', 'is it called')}" if near else ""
        )


@dataclass(frozen=True)
class NoInput(Diagnostic):
    code = "ND106"

    @property
    def message(self) -> str:
        return "this sample has no `input`"

    @property
    def help(self) -> str:
        return "name it `input`, or name each input port of the neuron"


@dataclass(frozen=True)
class ExtraField(Diagnostic):
    code = "ND107"
    field: str
    first_line: int
    fields: Sequence[str]

    @property
    def message(self) -> str:
        return f"`{self.field}` is not in the first sample"

    @property
    def help(self) -> str:
        near = did_you_mean(self.field, self.fields)
        return near or f"line {self.first_line} has {or_list(self.fields).replace(' or ', ' and ')}"


@dataclass(frozen=True)
class WrongShape(Diagnostic):
    code = "ND108"
    field: str
    found: tuple[int, ...] | None
    expected: tuple[int, ...]
    first_line: int

    @property
    def message(self) -> str:
        if self.found is None:
            return f"the lists in `{self.field}` differ in length"
        return f"`{self.field}` holds {_numbers(self.found)}, where {_numbers(self.expected)} stand"

    @property
    def help(self) -> str | None:
        if self.found is None:
            return None
        return f"line {self.first_line} has {_numbers(self.expected)}; every line needs as many"


@dataclass(frozen=True)
class WrongKind(Diagnostic):
    code = "ND109"
    field: str
    found: str
    expected: str
    advice: str | None = None

    @property
    def message(self) -> str:
        return f"`{self.field}` holds {self.found}, where {self.expected} stand"

    @property
    def help(self) -> str | None:
        return self.advice


@dataclass(frozen=True)
class NotFinite(Diagnostic):
    code = "ND110"
    field: str
    found: str

    @property
    def message(self) -> str:
        return f"`{self.field}` holds {self.found}, which nothing can be trained on"


@dataclass(frozen=True)
class UnknownClass(Diagnostic):
    code = "ND111"
    name: str
    names: Sequence[str]

    @property
    def message(self) -> str:
        return f"the class `{self.name}` does not occur in the training data"

    @property
    def help(self) -> str:
        near = did_you_mean(self.name, self.names)
        return near or f"its classes are {or_list(self.names).replace(' or ', ' and ')}"


@dataclass(frozen=True)
class NothingToSplit(Diagnostic):
    code = "ND112"
    samples: int

    @property
    def message(self) -> str:
        return "one sample cannot be split in two"


@dataclass(frozen=True)
class RowLacks(Diagnostic):
    code = "ND180"
    field: str
    found: Sequence[str]

    @property
    def message(self) -> str:
        return f"this row has no `{self.field}`"

    @property
    def help(self) -> str | None:
        near = did_you_mean(self.field, self.found)
        return near.replace("did you mean", "is it called") if near else None


@dataclass(frozen=True)
class RowMisfit(Diagnostic):
    code = "ND181"
    port: str
    wanted: str

    @property
    def message(self) -> str:
        return f"`{self.port}` is not what the model was trained on: {self.wanted}"


def _numbers(shape: tuple[int, ...]) -> str:
    if not shape:
        return "a single value"
    if len(shape) == 1:
        return f"{shape[0]} value{'' if shape[0] == 1 else 's'}"
    return " × ".join(map(str, shape)) + " values"
