"""Numbers on the screen, one line at a time."""

from __future__ import annotations

import sys

from neuroscript.contracts.logger import LoggerContract
from neuroscript.contracts.registry import register_logger


@register_logger("console", replace=False)
class ConsoleLogger(LoggerContract):
    """A line on standard error for each step that is logged, above the progress bar if any.

    >>> ConsoleLogger().line(100, {"loss": 0.0123456}, "train")
    'step 100   train loss 0.01235'
    """

    def log_metrics(self, step: int, metrics: dict[str, float], phase: str) -> None:
        """Shows the numbers with four digits."""
        line = self.line(step, metrics, phase)
        bar = self.trainer.progress_bar_callback if self.trainer is not None else None
        if bar is not None and sys.stderr.isatty():
            bar.print(line)
        else:
            print(line, file=sys.stderr, flush=True)  # noqa: T201

    def line(self, step: int, metrics: dict[str, float], phase: str) -> str:
        """What is shown of a step; a test belongs to no epoch."""
        parts = [f"step {step}"]
        if self.epoch is not None and phase != "test":
            parts.insert(0, f"epoch {self.epoch}")
        parts += [f"{phase} {name} {value:.4g}" for name, value in metrics.items()]
        return "   ".join(parts)
