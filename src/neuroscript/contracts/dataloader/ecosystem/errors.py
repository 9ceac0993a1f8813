"""A process that loads data and cannot."""

from __future__ import annotations

from dataclasses import dataclass

from neuroscript.diagnostics import Diagnostic


@dataclass(frozen=True)
class WorkerFailed(Diagnostic):
    code = "ND190"
    dataset: str
    reason: str

    @property
    def message(self) -> str:
        return f"a process that loads samples of {self.dataset} failed: {self.reason}"

    @property
    def help(self) -> str:
        return "with `data.workers: 0` this process loads them itself"
