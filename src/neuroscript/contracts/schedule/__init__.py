"""Schedules: how the learning rate goes over a run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from neuroscript.contracts.contract import Options, Recipe, options_of, options_of_contract

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

EXPECTED = (
    "a Schedule class, or a function `(step, steps)` that returns the part of the learning rate"
)


class Schedule(ABC):
    """A schedule; its options are the keywords of its `__init__`.

    Each group of parameters has a learning rate of its own, and all of them go the same way.
    """

    monitor: str | None = None
    """The metric that it follows, None for one that follows the steps alone."""

    mode: str | None = None
    """Whether `min` or `max` of that metric is best; None: as the metric has it."""

    warms_up = "warmup"
    """What says how long it takes to reach the full learning rate."""

    @abstractmethod
    def over(self, optimizer: Optimizer, steps: int, warmup: int) -> list[LRScheduler]:
        """What changes the learning rates of an optimizer.

        `steps` are those of the whole run, the first `warmup` of which lead up to the full
        learning rate. Those that follow the steps are told of each of them, those that have a
        `monitor` of each of its values.
        """

    @classmethod
    def from_config(cls, schedule_type: str, **options: Any) -> Self:
        """Makes the schedule that the config calls `schedule_type`."""
        return cls(**options)

    @classmethod
    def options(cls) -> Options | None:
        """The options that a config may give it; None if it takes any."""
        return options_of_contract(cls, Schedule)


class Curve(Schedule):
    """A schedule that is a function of the step.

    >>> class Half(Curve):
    ...     def part(self, step, steps):
    ...         return 0.5
    >>> Half().at(0, steps=10, warmup=3), Half().at(7, steps=10, warmup=3)
    (0.125, 0.5)
    """

    @abstractmethod
    def part(self, step: int, steps: int) -> float:
        """What part of the learning rate holds after `step` of `steps`, warm-up left aside."""

    def at(self, step: int, steps: int, warmup: int) -> float:
        """The same with the warm-up, which rises evenly to where the curve begins."""
        if step >= warmup:
            return self.part(step - warmup, max(1, steps - warmup))
        return self.part(0, max(1, steps - warmup)) * (step + 1) / (warmup + 1)

    def over(self, optimizer: Optimizer, steps: int, warmup: int) -> list[LRScheduler]:
        """Torch's scheduler of a function."""
        from torch.optim.lr_scheduler import LambdaLR

        return [LambdaLR(optimizer, lambda step: self.at(min(step, steps), steps, warmup))]


class FunctionCurve(Curve):
    """A curve given as a function of step, steps and options."""

    def __init__(self, function: Callable[..., float], options: dict[str, Any]) -> None:
        self.function = function
        self.given = options

    def part(self, step: int, steps: int) -> float:
        """What the function returns."""
        return float(self.function(step, steps, **self.given))


def of_run(value: float, steps: int) -> int:
    """A number of steps, given as such or, below 1, as a fraction of the run.

    >>> of_run(100, 5000), of_run(0.1, 5000)
    (100, 500)
    """
    return round(value * steps) if value < 1 else int(value)


def recipe(name: str, implementation: Any) -> Recipe[Schedule] | None:
    """How to make the schedule from what was registered; None if it is none."""
    if isinstance(implementation, type):
        if issubclass(implementation, Schedule):
            return Recipe(
                lambda **o: implementation.from_config(name, **o), implementation.options()
            )
        return None
    if callable(implementation):
        return Recipe(lambda **o: FunctionCurve(implementation, o), options_of(implementation, 2))
    return None
