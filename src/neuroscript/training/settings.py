"""Settings of a config that this run cannot have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from neuroscript.diagnostics import Diagnostic, Label, Span, did_you_mean, or_list


@dataclass(frozen=True)
class UnknownMetric(Diagnostic):
    code = "NT201"
    name: str
    available: Sequence[str]

    @property
    def message(self) -> str:
        return f"there is no metric called `{self.name}`"

    @property
    def help(self) -> str:
        near = did_you_mean(self.name, self.available)
        return near or "metrics are those of torchmetrics, in lower case: `accuracy`, `f1`, `mae` …"


@dataclass(frozen=True)
class UnknownMetricOption(Diagnostic):
    code = "NT202"
    name: str
    option: str
    known: Sequence[str]

    @property
    def message(self) -> str:
        return f"metric `{self.name}` has no option `{self.option}`"

    @property
    def help(self) -> str:
        return did_you_mean(self.option, self.known) or f"its options are {or_list(self.known)}"


@dataclass(frozen=True)
class UnsuitedMetric(Diagnostic):
    code = "NT203"
    name: str
    reason: str

    @property
    def message(self) -> str:
        return f"metric `{self.name}` does not suit the task: {self.reason}"


@dataclass(frozen=True)
class UnknownTask(Diagnostic):
    code = "NT204"
    name: str
    available: Sequence[str]

    @property
    def message(self) -> str:
        return f"there is no task called `{self.name}`"

    @property
    def help(self) -> str:
        return did_you_mean(self.name, self.available) or f"tasks are {or_list(self.available)}"


@dataclass(frozen=True)
class UnknownMonitor(Diagnostic):
    code = "NT205"
    name: str
    available: Sequence[str]

    @property
    def message(self) -> str:
        return f"nothing called `{self.name}` will be logged, so it cannot be monitored"

    @property
    def help(self) -> str:
        if self.name.startswith("val_") and not any(n.startswith("val_") for n in self.available):
            return "give validation data: `data.val: 0.1`, or a path"
        near = did_you_mean(self.name, self.available)
        return near or f"what will be logged: {or_list(self.available)}"


@dataclass(frozen=True)
class TrainerRefuses(Diagnostic):
    code = "NT206"
    reason: str

    @property
    def message(self) -> str:
        return f"Lightning refuses these settings: {self.reason}"


@dataclass(frozen=True)
class UnknownTrainerArgument(Diagnostic):
    code = "NT207"
    name: str
    available: Sequence[str]

    @property
    def message(self) -> str:
        return f"`lightning.Trainer` has no argument `{self.name}`"

    @property
    def help(self) -> str | None:
        return did_you_mean(self.name, self.available)


@dataclass(frozen=True)
class CannotSplit(Diagnostic):
    code = "NT208"
    split: str
    reason: str

    @property
    def message(self) -> str:
        return f"{self.split} data cannot be a part of the training data: {self.reason}"

    @property
    def help(self) -> str:
        return f"give `data.{self.split}` as a path"


@dataclass(frozen=True)
class LossRefused(Diagnostic):
    code = "NT209"
    loss: str
    task: str
    reason: str
    port_span: Span | None
    declared: str
    usual: str
    """The loss that the task would have by itself."""

    @property
    def message(self) -> str:
        return f"loss `{self.loss}` cannot serve {self.task}: {self.reason}"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.port_span, f"declared {self.declared} here")] if self.port_span else ()

    @property
    def help(self) -> str:
        return f"{self.task} is trained with `{self.usual}` where no loss is given"


@dataclass(frozen=True)
class TargetOutside(Diagnostic):
    code = "NT210"
    loss: str
    value: float
    least: float
    greatest: float
    sample: Span

    @property
    def message(self) -> str:
        if math.isinf(self.greatest):
            wanted = f"of {self.least:g} and more"
        else:
            wanted = f"from {self.least:g} to {self.greatest:g}"
        return f"loss `{self.loss}` takes targets {wanted}, and one is {self.value:g}"

    @property
    def labels(self) -> Sequence[Label]:
        return () if self.sample == self.span else [Label(self.sample, f"{self.value:g} here")]


@dataclass(frozen=True)
class NotNormalised(Diagnostic):
    code = "NT215"
    port: str | None
    inputs: Sequence[str]

    @property
    def message(self) -> str:
        if self.port is None:
            return "nothing can be normalised: the neuron takes no fractions"
        if self.port in self.inputs:
            return f"`{self.port}` cannot be normalised: the neuron takes whole numbers there"
        return f"the neuron has no input `{self.port}` to normalise"

    @property
    def help(self) -> str | None:
        if self.port is None or self.port in self.inputs:
            return "tokens, classes and masks are taken as they are"
        return did_you_mean(self.port, self.inputs) or f"its inputs are {or_list(self.inputs)}"


@dataclass(frozen=True)
class NotStratified(Diagnostic):
    code = "NT216"
    reason: str

    @property
    def message(self) -> str:
        return f"the data cannot be split class by class: {self.reason}"

    @property
    def help(self) -> str:
        return "leave `data.stratify` out: then classes are split so where that can be done"
