"""Down along half a cosine: slowly, fast, slowly.

Source: Loshchilov and Hutter, SGDR, 2017 (arXiv:1608.03983).
"""

from __future__ import annotations

import math

from neuroscript.contracts.registry import register_schedule
from neuroscript.contracts.schedule import Curve
from neuroscript.contracts.schedule.values import part_of_lr


@register_schedule("cosine", replace=False)
class Cosine(Curve):
    """From the full learning rate to its part `end`."""

    def __init__(self, end: float = 0.0) -> None:
        self.end = part_of_lr("end", end, least=0.0)

    def part(self, step: int, steps: int) -> float:
        """Half of the way at half of the steps.

        >>> [round(Cosine().part(step, 4), 2) for step in range(5)]
        [1.0, 0.85, 0.5, 0.15, 0.0]
        """
        return self.end + (1.0 - self.end) * (1.0 + math.cos(math.pi * step / steps)) / 2.0
