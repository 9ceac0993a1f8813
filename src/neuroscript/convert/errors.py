"""What can be wrong with weights, and with the files they are in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from neuroscript.diagnostics import (
    Diagnostic,
    NeuroScriptError,
    Severity,
    Source,
    Span,
    and_list,
    did_you_mean,
    or_list,
)

AT_ONCE = 8
"""How many weights of each sort are listed."""


class WeightsError(NeuroScriptError):
    """Weights that cannot be read, written, converted or loaded."""


def place(path: Path) -> Span:
    """Where to point for a file as a whole."""
    absolute = os.path.abspath(path)  # noqa: PTH100 - symbolic links keep their names
    below = os.path.commonpath([absolute, os.getcwd()]) == os.getcwd()  # noqa: PTH109
    name = os.path.relpath(absolute) if below else str(path)
    return Span(Source(name, "", path), 0, 1)


def nowhere() -> Span:
    """Where to point for weights that were handed in."""
    return Span(Source("<weights>", ""), 0, 1)


@dataclass(frozen=True)
class NotRead(Diagnostic):
    code = "NW101"
    reason: str
    advice: str | None = None

    @property
    def message(self) -> str:
        return f"cannot read weights from `{self.span.source.name}`: {self.reason}"

    @property
    def help(self) -> str | None:
        return self.advice


@dataclass(frozen=True)
class NoWeights(Diagnostic):
    code = "NW102"
    wanted: Sequence[str]
    found: Sequence[str]

    @property
    def message(self) -> str:
        return f"there are no weights in the folder `{self.span.source.name}`"

    @property
    def help(self) -> str:
        there = and_list(self.found, 6) or "nothing"
        return f"it should hold {or_list(self.wanted)}; it holds {there}"


@dataclass(frozen=True)
class NotWritten(Diagnostic):
    code = "NW103"
    reason: str

    @property
    def message(self) -> str:
        return f"cannot write `{self.span.source.name}`: {self.reason}"


@dataclass(frozen=True)
class UnknownModel(Diagnostic):
    code = "NW105"
    model: str
    known: Sequence[str]

    @property
    def message(self) -> str:
        return f"no weights of a model `{self.model}` can be converted"

    @property
    def help(self) -> str:
        near = did_you_mean(self.model, self.known)
        return near or f"there are {or_list(self.known, 99).replace(' or ', ' and ')}"


@dataclass(frozen=True)
class ConfigNotRead(Diagnostic):
    code = "NW106"
    reason: str

    @property
    def message(self) -> str:
        return f"`{self.span.source.name}` {self.reason}"


@dataclass(frozen=True)
class ConfigDiffers(Diagnostic):
    code = "NW107"
    key: str
    value: str
    wanted: str

    @property
    def message(self) -> str:
        return f"`{self.key}` is {self.value}, and the library's model has {self.wanted}"

    @property
    def help(self) -> str:
        return "the weights would fit, but the outputs would be others"


@dataclass(frozen=True)
class OtherModel(Diagnostic):
    code = "NW108"
    wanted: str
    found: str
    advice: str | None

    @property
    def message(self) -> str:
        return f"this is {self.found}, not {self.wanted}"

    @property
    def help(self) -> str | None:
        return self.advice


@dataclass(frozen=True)
class ConfigBadValue(Diagnostic):
    code = "NW109"
    key: str
    value: str
    wanted: str

    @property
    def message(self) -> str:
        return f"`{self.key}` should be {self.wanted}, not {self.value}"


@dataclass(frozen=True)
class WeightsMissing(Diagnostic):
    code = "NW110"
    count: int
    lines: Sequence[str]
    advice: str | None = None

    @property
    def message(self) -> str:
        return _number(self.count, "is missing", "are missing")

    @property
    def help(self) -> str:
        return _listed(self.count, self.lines, self.advice)


@dataclass(frozen=True)
class WeightsExtra(Diagnostic):
    code = "NW111"
    count: int
    lines: Sequence[str]
    advice: str | None = None

    @property
    def message(self) -> str:
        return _number(self.count, "has no place in the model", "have no place in the model")

    @property
    def help(self) -> str:
        return _listed(self.count, self.lines, self.advice)


@dataclass(frozen=True)
class WeightsMisshaped(Diagnostic):
    code = "NW112"
    count: int
    lines: Sequence[str]

    @property
    def message(self) -> str:
        return _number(self.count, "has the wrong shape", "have the wrong shape")

    @property
    def help(self) -> str:
        return _listed(self.count, self.lines, None)


@dataclass(frozen=True)
class HeadDiffers(Diagnostic):
    code = "NW113"
    head: str
    embedding: str

    @property
    def message(self) -> str:
        return f"`{self.head}` differs from `{self.embedding}`, and in this model they are one"

    @property
    def help(self) -> str:
        return "the weights are of a model with a head of its own"


@dataclass(frozen=True)
class NothingTaken(Diagnostic):
    code = "NW114"
    model: str
    advice: str | None = None

    @property
    def message(self) -> str:
        return f"none of the weights is one of {self.model}"

    @property
    def help(self) -> str | None:
        return self.advice


class HeadLeft(HeadDiffers):
    severity = Severity.WARNING


class WeightsLeftMissing(WeightsMissing):
    severity = Severity.WARNING


class WeightsLeftOut(WeightsExtra):
    severity = Severity.WARNING


class WeightsLeftMisshaped(WeightsMisshaped):
    severity = Severity.WARNING


def _number(count: int, one: str, many: str) -> str:
    return f"1 weight {one}" if count == 1 else f"{count} weights {many}"


def _listed(count: int, lines: Sequence[str], advice: str | None) -> str:
    told = list(lines)
    if count > len(told):
        told.append(f"… and {count - len(told)} more")
    return "\n".join([*told, *([advice] if advice else [])])
