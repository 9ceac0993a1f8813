"""Up to the full learning rate and all the way down: one cycle.

Source: Smith and Topin, Super-Convergence, 2018 (arXiv:1708.07120).
"""

from __future__ import annotations

import math
from typing import Literal

from neuroscript.contracts.registry import register_schedule
from neuroscript.contracts.schedule import Curve
from neuroscript.contracts.schedule.values import at_least_one, part_of_lr


@register_schedule("onecycle", replace=False)
class OneCycle(Curve):
    """The learning rates of torch's `OneCycleLR`, under the names of its options.

    It begins at `1 / div_factor` of the learning rate, has all of it after the part `pct_start`
    of the run, and ends at `1 / final_div_factor` of where it began. `warmup` says how many steps
    lead up, instead of `pct_start`. Momentum is left alone.
    """

    warms_up = "pct_start"

    def __init__(
        self,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
    ) -> None:
        self.pct_start = part_of_lr("pct_start", pct_start, least=0.0)
        self.anneal_strategy = anneal_strategy
        self.start = 1.0 / at_least_one("div_factor", div_factor)
        self.end = self.start / at_least_one("final_div_factor", final_div_factor)

    def part(self, step: int, steps: int) -> float:
        """Where the cycle is, `pct_start` of it leading up."""
        return self._cycle(step, steps, self.pct_start * steps - 1)

    def at(self, step: int, steps: int, warmup: int) -> float:
        """The same with `warmup` steps of it leading up."""
        return self._cycle(step, steps, warmup) if warmup else self.part(step, steps)

    def _cycle(self, step: int, steps: int, peak: float) -> float:
        last = float(steps - 1)
        step = min(step, steps - 1)
        if step <= peak and peak > 0:
            return self._between(self.start, 1.0, step / peak)
        return self._between(1.0, self.end, (step - peak) / (last - peak) if last > peak else 1.0)

    def _between(self, start: float, end: float, done: float) -> float:
        if self.anneal_strategy == "linear":
            return start + (end - start) * done
        return end + (start - end) / 2.0 * (math.cos(math.pi * done) + 1.0)
