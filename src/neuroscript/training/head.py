"""One output of a neuron in training: its task, its loss and its metrics, as plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from neuroscript.training.component import Component
from neuroscript.training.facts import Facts
from neuroscript.training.tasks import Task


@dataclass(frozen=True, slots=True)
class Head:
    """What is done with one output; plain data, so that a checkpoint can hold it."""

    task: str
    loss: Component
    metrics: list[Component] = field(default_factory=list)
    port: str = "out"
    last: str | None = None
    """The activation that the output ends in, such as `Sigmoid`."""

    classes: int | None = None
    names: tuple[str, ...] = ()
    """The names of the classes, where the data name them."""

    def as_data(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Head:
        """The head that `as_data` described."""
        return cls(**{**data, "names": tuple(data["names"])})


def head_for(
    task: Task,
    facts: Facts,
    port: str,
    loss: Component | None,
    metrics: Component | list[Component] | None,
) -> Head:
    """The head of a task, its loss and metrics from the task where none are given."""
    if isinstance(metrics, (str, dict)):
        metrics = [metrics]
    return Head(
        task=task.name,
        loss=task.loss(facts) if loss is None else loss,
        metrics=list(task.metrics(facts)) if metrics is None else metrics,
        port=port,
        last=facts.last,
        classes=task.classes(facts),
        names=facts.target.names if facts.target else (),
    )
