"""What a config says of single outputs, and which of them data hold to a target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from neuroscript.config import Config, ConfigError
from neuroscript.contracts.errors import said
from neuroscript.diagnostics import Diagnostic, Span, did_you_mean, or_list
from neuroscript.training.component import is_by_output

SETTINGS = ("task", "training.loss", "training.metrics")
"""The keys that may hold one value for each output."""


@dataclass(frozen=True)
class UnknownOutput(Diagnostic):
    code = "NT211"
    name: str
    setting: str
    outputs: Sequence[str]

    @property
    def message(self) -> str:
        return f"the neuron has no output `{self.name}`"

    @property
    def help(self) -> str:
        near = did_you_mean(self.name, self.outputs)
        known = near or f"its outputs are {or_list(self.outputs).replace(' or ', ' and ')}"
        if self.setting == "task" or near:
            return known
        return f"{known}\noptions stand beside a name: `{{name: …, {self.name}: …}}`"


@dataclass(frozen=True)
class NotTrained(Diagnostic):
    code = "NT212"
    output: str
    setting: str

    @property
    def message(self) -> str:
        return f"`{self.output}` has `task: none`, so it can have no {self.setting}"

    @property
    def help(self) -> str:
        return f"take away one of the two: this, or `none` of `task.{self.output}`"


@dataclass(frozen=True)
class NothingTrained(Diagnostic):
    code = "NT213"

    @property
    def message(self) -> str:
        return "every output has `task: none`, so there is nothing to train"

    @property
    def help(self) -> str:
        return "leave one output its task"


def check_settings(config: Config, outputs: Sequence[str]) -> None:
    """Refuses settings of outputs that there are not, or that are not trained.

    Raises ConfigError at each of them.
    """
    problems = settings_refused({key: config.get(key) for key in SETTINGS}, outputs, config)
    if problems:
        raise ConfigError(problems)


def settings_refused(
    settings: Mapping[str, object], outputs: Sequence[str], config: Config | None = None
) -> list[Diagnostic]:
    """What is wrong with the names of outputs in settings; told in Python without a config."""

    def place(key: str, name: str) -> Span:
        span = config.place_of_key(f"{key}.{name}") if config else None
        return span or said(key.rpartition(".")[2], name)

    task = settings.get("task")
    tasks = task if isinstance(task, Mapping) else dict.fromkeys(outputs, task)
    untrained = {name for name, given in tasks.items() if given == "none"}
    problems: list[Diagnostic] = []
    for key, value in settings.items():
        if not is_by_output(value):
            continue
        assert isinstance(value, Mapping)
        for name in value:
            setting = key.rpartition(".")[2]
            if name not in outputs:
                problems.append(UnknownOutput(place(key, name), name, setting, outputs))
            elif key != "task" and name in untrained:
                problems.append(NotTrained(place(key, name), name, setting))
    if untrained.issuperset(outputs):
        span = config.place_of_key("task") if config else said("task", str(task))
        problems.append(NothingTrained(span))
    return problems
