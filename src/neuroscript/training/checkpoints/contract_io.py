"""The contract that writes checkpoints, as Lightning sees it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightning.pytorch.plugins.io import CheckpointIO

from neuroscript.contracts import CheckpointContract, CheckpointMetadata

if TYPE_CHECKING:
    from neuroscript.training.hooks import RegistryHooks

TRAINER_STATE = "trainer"
"""The key of a checkpoint's config under which Lightning's own state is kept."""


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
