"""Down each time a metric has stopped improving."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from neuroscript.contracts.registry import register_schedule
from neuroscript.contracts.schedule import Schedule
from neuroscript.contracts.schedule.values import part_of_lr

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler


@register_schedule("plateau", replace=False)
class Plateau(Schedule):
    """torch's `ReduceLROnPlateau`: multiplied by `factor` after more than `patience` validations
    in a row without a better `monitor`.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: Literal["min", "max"] | None = None,
        factor: float = 0.1,
        patience: int = 2,
        threshold: float = 1e-4,
        threshold_mode: Literal["rel", "abs"] = "rel",
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        self.monitor = monitor
        self.mode = mode
        self.factor = part_of_lr("factor", factor, above=0.0)
        self.patience = patience
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self.cooldown = cooldown
        self.min_lr = min_lr
        if factor >= 1:
            raise ValueError("factor is less than 1")
        if patience < 0:
            raise ValueError("patience is 0 or more")

    def over(self, optimizer: Optimizer, steps: int, warmup: int) -> list[LRScheduler]:
        """The class of torch, behind a straight warm-up."""
        from torch.optim.lr_scheduler import LinearLR, ReduceLROnPlateau

        warm = LinearLR(optimizer, 1 / (warmup + 1), total_iters=warmup) if warmup else None
        plateau = ReduceLROnPlateau(
            optimizer,
            mode="max" if self.mode == "max" else "min",
            factor=self.factor,
            patience=self.patience,
            threshold=self.threshold,
            threshold_mode=self.threshold_mode,
            cooldown=self.cooldown,
            min_lr=self.min_lr,
        )
        return [plateau] if warm is None else [warm, plateau]
