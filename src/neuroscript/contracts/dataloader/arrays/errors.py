"""What can be wrong with arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neuroscript.diagnostics import Diagnostic, and_list


@dataclass(frozen=True)
class NoInputArray(Diagnostic):
    code = "ND160"
    found: Sequence[str]

    @property
    def message(self) -> str:
        names = and_list(self.found) if self.found else "nothing"
        return f"`{self.span.source.name}` holds no input: it has {names}"

    @property
    def help(self) -> str:
        return "call the arrays `input` and `target`, or `x` and `y`, or name each input port"


@dataclass(frozen=True)
class LengthsDiffer(Diagnostic):
    code = "ND161"
    name: str
    length: int
    first: str
    first_length: int

    @property
    def message(self) -> str:
        return (
            f"`{self.name}` holds {self.length} samples, and `{self.first}` {self.first_length}: "
            "each sample needs a row in both"
        )


@dataclass(frozen=True)
class WrongArray(Diagnostic):
    code = "ND162"
    name: str
    found: str
    advice: str

    @property
    def message(self) -> str:
        return f"`{self.name}` holds {self.found}"

    @property
    def help(self) -> str:
        return self.advice
