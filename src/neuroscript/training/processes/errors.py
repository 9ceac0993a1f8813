"""What goes wrong with the processes of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neuroscript.diagnostics import Diagnostic, or_list


@dataclass(frozen=True)
class ProcessEnded(Diagnostic):
    code = "NT801"
    step: int
    reason: str
    saved: str | None
    resume: str | None

    @property
    def message(self) -> str:
        when = f"after step {self.step}" if self.step else "before the first step ended"
        return f"training ended {when}: {self.reason}"

    @property
    def help(self) -> str:
        if self.saved is None:
            return "what it said stands above, if it could say anything; nothing was saved"
        lines = ["what it said stands above, if it could say anything"]
        lines.append(f"the last state is saved in {self.saved}")
        if self.resume is not None:
            lines.append(f"go on with: {self.resume}")
        return "\n".join(lines)


@dataclass(frozen=True)
class StrategyWithout(Diagnostic):
    code = "NT802"
    strategy: str
    reason: str
    instead: Sequence[str]

    @property
    def message(self) -> str:
        return f"strategy `{self.strategy}` {self.reason}"

    @property
    def help(self) -> str:
        return f"use {or_list(self.instead)}"


@dataclass(frozen=True)
class OtherNumber(Diagnostic):
    code = "NT803"
    launcher: str
    started: int
    asked: int
    what: str

    @property
    def message(self) -> str:
        started = f"{self.launcher} started {self.started} {self.what}"
        return f"{started}, and the config asks for {self.asked}"

    @property
    def help(self) -> str:
        return "leave the key out: the number is then taken from how the processes were started"


@dataclass(frozen=True)
class FoundByEach(Diagnostic):
    code = "NT804"
    key: str
    world: int

    @property
    def message(self) -> str:
        return f"`{self.key}: auto` would be found by each of {self.world} processes for itself"

    @property
    def help(self) -> str:
        return "find it with `training.devices=1` and write it down, or use `strategy: ddp_fork`"
