"""Down by the same ratio at every step."""

from __future__ import annotations

from neuroscript.contracts.registry import register_schedule
from neuroscript.contracts.schedule import Curve
from neuroscript.contracts.schedule.values import part_of_lr


@register_schedule("exponential", replace=False)
class Exponential(Curve):
    """From the full learning rate to its part `end`."""

    def __init__(self, end: float = 0.01) -> None:
        self.end = part_of_lr("end", end, above=0.0)

    def part(self, step: int, steps: int) -> float:
        """The same ratio at every step.

        >>> [round(Exponential(end=0.01).part(step, 2), 4) for step in range(3)]
        [1.0, 0.1, 0.01]
        """
        return float(self.end ** (step / steps))
