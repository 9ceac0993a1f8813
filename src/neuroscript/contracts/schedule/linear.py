"""Down in a straight line."""

from __future__ import annotations

from neuroscript.contracts.registry import register_schedule
from neuroscript.contracts.schedule import Curve
from neuroscript.contracts.schedule.values import part_of_lr


@register_schedule("linear", replace=False)
class Linear(Curve):
    """From the full learning rate to its part `end`."""

    def __init__(self, end: float = 0.0) -> None:
        self.end = part_of_lr("end", end, least=0.0)

    def part(self, step: int, steps: int) -> float:
        """The same difference at every step.

        >>> [Linear(end=0.5).part(step, 4) for step in range(5)]
        [1.0, 0.875, 0.75, 0.625, 0.5]
        """
        return 1.0 + (self.end - 1.0) * step / steps
