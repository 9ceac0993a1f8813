"""What cannot be done with the weights of a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neuroscript.diagnostics import Diagnostic, and_list, did_you_mean, or_list


@dataclass(frozen=True)
class NothingMatches(Diagnostic):
    code = "NT501"
    pattern: str
    what: str
    """What was looked for: parameters, layers."""

    model: str
    names: Sequence[str]

    @property
    def message(self) -> str:
        return f"`{self.pattern}` matches no {self.what} of {self.model}"

    @property
    def help(self) -> str | None:
        if not self.names:
            return None
        bare = self.pattern.rstrip("*").rstrip(".")
        near = did_you_mean(self.pattern, self.names) or did_you_mean(bare, self.names)
        if near is not None:
            return near
        return f"there are {or_list(self.names, limit=8).replace(' or ', ' and ')}"


@dataclass(frozen=True)
class EverythingFrozen(Diagnostic):
    code = "NT502"
    model: str
    layers: Sequence[str]

    @property
    def message(self) -> str:
        return f"nothing of {self.model} is left to learn: every parameter is frozen"

    @property
    def help(self) -> str | None:
        if len(self.layers) < 2:
            return None
        return f"leave something out, such as the last layer, `{self.layers[-1]}`"


@dataclass(frozen=True)
class NothingLeftForGroup(Diagnostic):
    code = "NT503"
    pattern: str
    reason: str

    @property
    def message(self) -> str:
        return f"this group has no parameters: {self.reason}"

    @property
    def help(self) -> str:
        return "the first group that matches a parameter has it; put the narrower one first"


@dataclass(frozen=True)
class NoGroups(Diagnostic):
    code = "NT504"
    optimizer: str

    @property
    def message(self) -> str:
        return f"optimizer `{self.optimizer}` chooses its parameters itself, so it has no groups"

    @property
    def help(self) -> str:
        return "groups are for classes of torch.optim.Optimizer; give others options of their own"


@dataclass(frozen=True)
class ScheduleNeedsLength(Diagnostic):
    code = "NT505"
    schedule: str

    @property
    def message(self) -> str:
        return (
            f"schedule `{self.schedule}` goes over the whole run, and how long that is is unknown"
        )

    @property
    def help(self) -> str:
        return "say it in steps of the optimizer: `training.steps: 10000`"


@dataclass(frozen=True)
class WarmupTooLong(Diagnostic):
    code = "NT506"
    warmup: int
    steps: int

    @property
    def message(self) -> str:
        return f"the warm-up takes {self.warmup:,} steps, and the run has {self.steps:,}"

    @property
    def help(self) -> str:
        return "a fraction of the run always fits: `warmup: 0.1`"


@dataclass(frozen=True)
class NothingToRecompute(Diagnostic):
    code = "NT507"
    model: str
    layers: Sequence[str]

    @property
    def message(self) -> str:
        return f"{self.model} has no repeated blocks to compute again in the backward pass"

    @property
    def help(self) -> str:
        if not self.layers:
            return "blocks repeat where a neuron is built by `unroll(…)`; leave it out without them"
        listed = and_list(self.layers, limit=8)
        return f"name layers: `gradient_checkpointing: [{self.layers[0]}]`; there are {listed}"


@dataclass(frozen=True)
class NotCompiled(Diagnostic):
    code = "NT508"
    model: str
    reason: str

    @property
    def message(self) -> str:
        return f"`torch.compile` cannot compile {self.model}: {self.reason}"

    @property
    def help(self) -> str:
        return (
            "train without it: `training.compile: false`\n"
            "or let it be used only where it can: `training.compile: {fallback: true}`"
        )
