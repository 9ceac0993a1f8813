"""What can be wrong with a service that a logger talks to."""

from __future__ import annotations

from dataclasses import dataclass

from neuroscript.diagnostics import Diagnostic, NeuroScriptError


class LoggerError(NeuroScriptError):
    """A logger that cannot begin."""


@dataclass(frozen=True)
class NotStarted(Diagnostic):
    code = "NR113"
    logger: str
    reason: str
    advice: str | None = None

    @property
    def message(self) -> str:
        return f"logger `{self.logger}` cannot start: {self.reason.rstrip('.')}"

    @property
    def help(self) -> str | None:
        return self.advice
