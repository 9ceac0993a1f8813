"""A run's checkpoints: when they are taken, and the contract that writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lightning.pytorch.callbacks import Checkpoint, ModelCheckpoint
from lightning.pytorch.plugins.io import CheckpointIO

from neuroscript.config import Config
from neuroscript.contracts import (
    CheckpointContract,
    CheckpointMetadata,
    create_checkpoint,
    split_component,
)
from neuroscript.training.errors import NonFiniteLossError

if TYPE_CHECKING:
    from lightning import LightningModule, Trainer

    from neuroscript.training.hooks import RegistryHooks

OURS = ("every", "keep", "monitor", "mode", "dir")
"""The keys of `training.checkpoint` that say when and where, not how."""

TRAINER_STATE = "trainer"
"""The key of a checkpoint's config under which Lightning's own state is kept."""


@dataclass(frozen=True, slots=True)
class CheckpointSettings:
    """When checkpoints are taken, and by what."""

    contract: CheckpointContract
    name: str
    every: int = 1000
    """Steps between checkpoints."""

    keep: int = 1
    """How many of the best are kept beside the last."""

    monitor: str | None = None
    """What the best are best at; None keeps only the last."""

    mode: Literal["min", "max"] = "min"
    dir: str | None = None
    """Where they go, None for the run's own folder."""


def checkpoint_settings(config: Config, best_of: Mapping[str, str]) -> CheckpointSettings:
    """What `training.checkpoint` says; `best_of` holds for each metric whether min or max is best.

    Without a `monitor`, the best are those of least validation loss, if there is one. Raises
    ConfigError or ContractError at the key that is wrong.
    """
    where = config.at("training.checkpoint")
    name, options = split_component("checkpoint", config.training.checkpoint, where)
    ours = {key: options.pop(key) for key in OURS if key in options}
    for key, least in (("every", 1), ("keep", 0)):
        value = ours.get(key, least)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise config.error(f"training.checkpoint.{key}", f"should be {least} or more")
    for key in ("monitor", "dir"):
        if not isinstance(ours.get(key, ""), str):
            raise config.error(f"training.checkpoint.{key}", "should be text")
    if ours.get("mode", "min") not in ("min", "max"):
        raise config.error("training.checkpoint.mode", "should be `min` or `max`")
    contract = create_checkpoint(
        {"name": name, **options},
        beside=OURS,
        where=where,
        folders=config.folders,
    )
    ours.setdefault("monitor", "val_loss" if "val_loss" in best_of else None)
    ours.setdefault("mode", best_of.get(ours["monitor"] or "", "min"))
    return CheckpointSettings(contract, name, **ours)


class ContractCheckpointIO(CheckpointIO):
    """Writes and reads Lightning's checkpoints through a CheckpointContract.

    The contract gets the neuron and its optimizer; what else Lightning has to say goes, as plain
    data, into the metadata.
    """

    def __init__(
        self, contract: CheckpointContract, module: RegistryHooks, config: dict[str, Any]
    ) -> None:
        self.contract = contract
        self.module = module
        self.config = config

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None
    ) -> None:
        """Hands model, optimizer and metadata to the contract."""
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        optimizers = self.module.trainer.optimizers
        self.contract.save(
            path,
            self.module.model,
            optimizers[0] if optimizers else None,
            self.metadata(checkpoint),
        )

    def metadata(self, checkpoint: Mapping[str, Any]) -> CheckpointMetadata:
        """When and from what the checkpoint was taken."""
        latest = self.module.state.latest
        state = {"loops": checkpoint["loops"], "lr_schedulers": checkpoint.get("lr_schedulers", [])}
        return CheckpointMetadata(
            step=checkpoint["global_step"],
            epoch=checkpoint["epoch"],
            loss=latest.get("val_loss", latest.get("train_loss")),
            metrics=dict(latest),
            config={
                "run": self.config,
                "settled": self.module.state.as_data(),
                TRAINER_STATE: state,
            },
        )

    def load_checkpoint(
        self, path: str | Path, map_location: Any = None, weights_only: bool | None = None
    ) -> dict[str, Any]:
        """Fills model and optimizer, and gives Lightning the state it goes on from."""
        optimizers = self.module.trainer.optimizers
        metadata = self.contract.load(
            path, self.module.model, optimizers[0] if optimizers else None
        )
        state = metadata.config.get(TRAINER_STATE, {})
        return {
            "epoch": metadata.epoch,
            "global_step": metadata.step,
            "state_dict": self.module.state_dict(),
            "optimizer_states": [optimizer.state_dict() for optimizer in optimizers],
            **state,
        }

    def remove_checkpoint(self, path: str | Path) -> None:
        """Removes a checkpoint that is not among the best any more."""
        Path(path).unlink(missing_ok=True)


class LastCheckpoint(Checkpoint):
    """Keeps the newest state in one file: every so many steps, at the end, and after a failure.

    A state spoilt by a loss that is not a number does not replace the last good one.
    """

    def __init__(self, path: Path, every: int) -> None:
        self.path = path
        self.every = every
        self.saved_at: int | None = None
        """The step of the state in the file."""

    @property
    def saved(self) -> Path | None:
        """The file, None as long as nothing was saved."""
        return None if self.saved_at is None else self.path

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """After each interval of steps."""
        if trainer.global_step % self.every == 0:
            self._save(trainer)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """After the last step."""
        self._save(trainer)

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """After a failure, so that what was learnt is not lost."""
        if not isinstance(exception, NonFiniteLossError):
            self._save(trainer)

    def _save(self, trainer: Trainer) -> None:
        if trainer.global_step not in (0, self.saved_at):
            trainer.save_checkpoint(self.path)
            self.saved_at = trainer.global_step


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
