"""What cannot be found, and memory that is not enough."""

from __future__ import annotations

from dataclasses import dataclass

from neuroscript.diagnostics import Diagnostic
from neuroscript.training.errors import TrainingError


class OutOfMemoryError(TrainingError):
    """A step of training that did not fit in memory."""


@dataclass(frozen=True)
class FoundOnOneDevice(Diagnostic):
    code = "NT520"
    key: str
    devices: int

    @property
    def message(self) -> str:
        return f"`{self.key}: auto` is tried out on one device, and this run has {self.devices}"

    @property
    def help(self) -> str:
        return "find it with `training.devices: 1`, and say it"


@dataclass(frozen=True)
class NoLearningRate(Diagnostic):
    code = "NT521"
    least: float
    greatest: float

    @property
    def message(self) -> str:
        return f"the loss falls at no learning rate from {self.least:g} to {self.greatest:g}"

    @property
    def help(self) -> str:
        return "say one, such as `lr: 0.001`, and look at the loss: what is learnt may be constant"


@dataclass(frozen=True)
class NoBatchFits(Diagnostic):
    code = "NT522"
    reason: str

    @property
    def message(self) -> str:
        return f"a step with a single sample does not fit in memory: {self.reason}"

    @property
    def help(self) -> str:
        return MORE_ROOM


@dataclass(frozen=True)
class OutOfMemory(Diagnostic):
    code = "NT523"
    step: int
    batch_size: int
    accumulate: int
    reason: str
    saved: str | None = None

    @property
    def message(self) -> str:
        when = f"at step {self.step + 1}"
        return f"out of memory {when}, with batches of {self.batch_size}: {self.reason}"

    @property
    def help(self) -> str:
        lines = [MORE_ROOM]
        if self.batch_size > 1:
            size, accumulate = self.batch_size // 2, self.accumulate * 2
            lines.insert(
                0,
                f"the same steps from smaller batches: `batch_size: {size}` and "
                f"`accumulate: {accumulate}`, or `batch_size: auto`",
            )
        if self.saved:
            lines.append(f"the last state is saved in {self.saved}")
        return "\n".join(lines)


MORE_ROOM = "less memory for each sample: `gradient_checkpointing: true`, `precision: bf16-mixed`"
