"""How a run ends: after its steps, or early because nothing improves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lightning.pytorch.callbacks import Callback, EarlyStopping

from neuroscript.config import Config

if TYPE_CHECKING:
    from lightning import LightningModule, Trainer


def callbacks_of_end(config: Config, best_of: Mapping[str, str]) -> list[Callback]:
    """What ends a run; `best_of` says for each metric whether min or max of it is best."""
    stopping = config.training.early_stopping
    ends: list[Callback] = [ValidatesLast()]
    if stopping is not None:
        ends.append(
            EarlyStopping(
                stopping.monitor,
                min_delta=stopping.min_delta,
                patience=stopping.patience,
                mode=stopping.mode or best_of[stopping.monitor],
                check_on_train_epoch_end=stopping.monitor.startswith("train_"),
            )
        )
    return ends


def stopped_early(trainer: Trainer) -> str | None:
    """Why a run ended before its last epoch; None if nothing but its length ended it."""
    stopping = trainer.early_stopping_callback
    if not isinstance(stopping, EarlyStopping) or stopping.stopping_reason_message is None:
        return None
    epoch, best = stopping.stopped_epoch + 1, float(stopping.best_score)
    if stopping.wait_count < stopping.patience:
        return f"early, in epoch {epoch}: {stopping.monitor} is not finite"
    times = f"{stopping.wait_count} time{'' if stopping.wait_count == 1 else 's'}"
    return (
        f"early, in epoch {epoch}: {stopping.monitor} was no better {times} in a row, "
        f"{best:.4g} at best"
    )


class ValidatesLast(Callback):
    """Validates after the last step, where `steps` end a run inside of an epoch."""

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Asks for a validation once the last step is done."""
        if 0 < trainer.max_steps <= trainer.global_step:
            trainer.check_val_every_n_epoch = 1
            trainer.should_stop = True
