"""Rows that a model cannot be asked, and questions that are no rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neuroscript.diagnostics import Diagnostic, NeuroScriptError, and_list


class RowError(NeuroScriptError):
    """A row that a model cannot be asked."""


@dataclass(frozen=True)
class NoSuchInput(Diagnostic):
    """The span is the word of the command line."""

    code = "NT701"
    word: str

    @property
    def message(self) -> str:
        return f"`{self.word}` is neither a file nor JSON"

    @property
    def help(self) -> str:
        return "an input is a data file, `-` for standard input, or one row as JSON: '[1, 0]'"


@dataclass(frozen=True)
class NothingToAnswer(Diagnostic):
    """The span is the section of the config that does not say what to answer."""

    code = "NT708"

    @property
    def message(self) -> str:
        return "there is nothing to answer: no input is given, and the config has no `data.predict`"

    @property
    def help(self) -> str:
        return (
            "give an input, which is a data file, `-` for standard input, or one row as JSON; or "
            "let `data.predict` name files"
        )


@dataclass(frozen=True)
class PortMissing(Diagnostic):
    code = "NT702"
    port: str
    wanted: str
    ports: Sequence[str]
    found: Sequence[str]

    @property
    def field(self) -> str:
        return self.port

    @property
    def message(self) -> str:
        return f"this row has no `{self.port}`"

    @property
    def help(self) -> str:
        every = ", ".join(f'"{port}": …' for port in self.ports)
        held = and_list(list(self.found))
        return f"a row is {{{every}}}" + (f", and this one has {held}" if held else "")


@dataclass(frozen=True)
class RowShape(Diagnostic):
    code = "NT703"
    field: str
    found: str
    wanted: str

    @property
    def message(self) -> str:
        return f"`{self.field}` takes {self.wanted} a row, and this is {self.found}"


@dataclass(frozen=True)
class RowKind(Diagnostic):
    code = "NT704"
    field: str
    found: str
    wanted: str

    @property
    def message(self) -> str:
        return f"`{self.field}` takes {self.wanted}, and this row has {self.found}"


@dataclass(frozen=True)
class UnknownToken(Diagnostic):
    code = "NT705"
    field: str
    token: int
    vocabulary: int

    @property
    def wanted(self) -> str:
        return f"tokens from 0 to {self.vocabulary - 1}"

    @property
    def message(self) -> str:
        return f"`{self.field}` takes {self.wanted}, and this row has {self.token}"


@dataclass(frozen=True)
class RowRefused(Diagnostic):
    code = "NT706"
    field: str
    found: str
    reason: str

    @property
    def wanted(self) -> str:
        return "a row that the model can take"

    @property
    def message(self) -> str:
        return f"the model cannot take this row, {self.found}: {self.reason}"


@dataclass(frozen=True)
class NotWritten(Diagnostic):
    code = "NT707"
    path: str
    reason: str

    @property
    def message(self) -> str:
        return f"cannot write `{self.path}`: {self.reason}"
