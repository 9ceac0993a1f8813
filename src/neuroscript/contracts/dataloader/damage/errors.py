"""Where skipping what is damaged leaves nothing."""

from __future__ import annotations

from dataclasses import dataclass

from neuroscript.diagnostics import Diagnostic


@dataclass(frozen=True)
class NothingLeft(Diagnostic):
    code = "ND126"
    count: int
    unit: str

    @property
    def message(self) -> str:
        name = self.span.source.name
        if self.count == 1:
            return f"the only {self.unit} of `{name}` is damaged: nothing is left to train on"
        return f"all {self.count} {self.unit}s of `{name}` are damaged: nothing is left to train on"

    @property
    def help(self) -> str:
        return f"what is wrong with the first of them follows; every {self.unit} was skipped"
