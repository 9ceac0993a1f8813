"""The best states of a run, by a metric."""

from __future__ import annotations

from pathlib import Path

from lightning.pytorch.callbacks import ModelCheckpoint

from neuroscript.training.checkpoints.settings import CheckpointSettings


class BestCheckpoints(ModelCheckpoint):
    """Keeps the best states by a metric, as `best-<step>`."""

    def __init__(self, directory: Path, settings: CheckpointSettings) -> None:
        super().__init__(
            dirpath=directory,
            filename="best-{step}",
            monitor=settings.monitor,
            mode=settings.mode,
            save_top_k=settings.keep,
            auto_insert_metric_name=False,
            enable_version_counter=False,
            save_on_train_epoch_end=bool(
                settings.monitor and settings.monitor.startswith("train_")
            ),
        )
        self.FILE_EXTENSION = settings.contract.suffix
