"""What keeps a service from starting."""

from __future__ import annotations

from dataclasses import dataclass

from neuroscript.diagnostics import Diagnostic, NeuroScriptError


class ServingError(NeuroScriptError):
    """A service that cannot start."""


@dataclass(frozen=True)
class NotListening(Diagnostic):
    code = "NT651"
    host: str
    port: int
    reason: str

    @property
    def message(self) -> str:
        return f"cannot listen on {self.host}:{self.port}: {self.reason}"

    @property
    def help(self) -> str:
        return "choose another with --port; --port 0 takes any that is free"
