"""Down in steps."""

from __future__ import annotations

from neuroscript.contracts.registry import register_schedule
from neuroscript.contracts.schedule import Curve, of_run
from neuroscript.contracts.schedule.values import part_of_lr, part_of_run


@register_schedule("step", replace=False)
class Step(Curve):
    """Multiplied by `factor` after each `every`: steps of the optimizer, or a part of the run."""

    def __init__(self, every: int | float = 0.3, factor: float = 0.1) -> None:
        self.every = part_of_run("every", every)
        self.factor = part_of_lr("factor", factor, above=0.0)

    def part(self, step: int, steps: int) -> float:
        """The same for a whole tread.

        >>> [round(Step(every=2).part(step, 6), 4) for step in range(6)]
        [1.0, 1.0, 0.1, 0.1, 0.01, 0.01]
        """
        return float(self.factor ** (step // max(1, of_run(self.every, steps))))
