"""The full learning rate all the time, once it is warm."""

from __future__ import annotations

from neuroscript.contracts.registry import register_schedule
from neuroscript.contracts.schedule import Curve


@register_schedule("constant", replace=False)
class Constant(Curve):
    """What a warm-up alone is said with."""

    def part(self, step: int, steps: int) -> float:
        """All of it."""
        return 1.0
