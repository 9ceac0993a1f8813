"""A bar while training runs, on a terminal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from lightning.pytorch.callbacks import ProgressBar
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from lightning import LightningModule, Trainer

SECONDS_BETWEEN = 0.2
"""How often the bar moves: reading a loss waits for the device, so not every step."""


class Bar(ProgressBar):
    """Shows steps done, the loss, and the time that is left; gone when training ends."""

    def __init__(self, console: Console | None = None) -> None:
        super().__init__()
        self.progress = Progress(
            TextColumn("  {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[told]}"),
            TimeRemainingColumn(),
            console=console or Console(stderr=True),
            transient=True,
            auto_refresh=False,
        )
        self._shown = 0.0

    def print(self, *lines: Any, **_: Any) -> None:
        """Writes lines above the bar."""
        self.progress.console.print(*lines, markup=False, highlight=False)

    def disable(self) -> None:
        """On processes that do not show it."""
        self.progress.disable = True

    def enable(self) -> None:
        """On the process that shows it."""
        self.progress.disable = False

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Puts the bar up."""
        total = trainer.estimated_stepping_batches
        self._task = self.progress.add_task(
            "training", total=None if total == float("inf") else int(total), told=""
        )
        self.progress.start()

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Moves it, a few times a second."""
        now = time.monotonic()
        if now - self._shown < SECONDS_BETWEEN:
            return
        self._shown = now
        loss = pl_module.state.recent_loss()
        told = f"epoch {trainer.current_epoch + 1}"
        if loss is not None:
            told += f"  loss {loss:.4g}"
        self.progress.update(self._task, completed=trainer.global_step, told=told)
        self.progress.refresh()

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Takes it down."""
        self.progress.stop()

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """Takes it down, too."""
        self.progress.stop()
