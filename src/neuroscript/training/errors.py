"""What ends a run, and what cannot be taken up again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from neuroscript.diagnostics import Diagnostic, NeuroScriptError

if TYPE_CHECKING:
    from neuroscript.training.runner import Runner


class TrainingError(NeuroScriptError):
    """Data and neuron that do not suit each other, or a run that failed."""


class NotSavedError(TrainingError):
    """A run that ended well and whose last state could not be saved; `runner` has it still."""

    def __init__(self, diagnostics: Sequence[Diagnostic], runner: Runner) -> None:
        super().__init__(diagnostics)
        self.runner = runner


@dataclass(frozen=True)
class LossNotScalar(Diagnostic):
    code = "NT302"
    loss: str
    found: str

    @property
    def message(self) -> str:
        return f"loss `{self.loss}` gives {self.found}, and a loss is one number a batch"

    @property
    def help(self) -> str:
        if self.found.startswith("a tensor"):
            return "average over the batch: `return loss.mean()`"
        return "return a tensor that is computed from the predictions"


@dataclass(frozen=True)
class RunFailed(Diagnostic):
    code = "NT303"
    step: int
    reason: str
    saved: str | None

    @property
    def message(self) -> str:
        when = f"after step {self.step}" if self.step else "before the first step ended"
        return f"training failed {when}: {self.reason}"

    @property
    def help(self) -> str:
        trace = "set NEUROSCRIPT_TRACEBACK=1 to see where the exception comes from"
        return f"the last state is saved in {self.saved}\n{trace}" if self.saved else trace


@dataclass(frozen=True)
class NotDeterministic(Diagnostic):
    code = "NT304"
    operation: str

    @property
    def message(self) -> str:
        return f"`{self.operation}` has no deterministic form, and `training.deterministic` is set"

    @property
    def help(self) -> str:
        return (
            "use another operation, or let torch warn and go on: `training.deterministic: false` "
            "with `training.trainer: {deterministic: warn}`"
        )


@dataclass(frozen=True)
class NoRun(Diagnostic):
    code = "NT401"
    reason: str
    advice: str | None = None

    @property
    def message(self) -> str:
        return self.reason

    @property
    def help(self) -> str | None:
        return self.advice


@dataclass(frozen=True)
class NothingToTest(Diagnostic):
    code = "NT402"

    @property
    def message(self) -> str:
        return "there are no test data"

    @property
    def help(self) -> str:
        return "give the config `data.test`, as a path or a fraction of the training data"
