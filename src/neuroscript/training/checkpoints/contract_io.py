"""The contract that writes checkpoints, as Lightning sees it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightning.pytorch.plugins.io import CheckpointIO
from torch import Tensor, nn

from neuroscript.contracts import CheckpointContract, CheckpointMetadata
from neuroscript.contracts.checkpoint.files import CheckpointError
from neuroscript.training.checkpoints.formats import format_of
from neuroscript.training.checkpoints.plain import pack, unpack

if TYPE_CHECKING:
    from torch.optim import Optimizer

    from neuroscript.training.hooks import RegistryHooks

TRAINER_STATE = "trainer"
"""The key of a checkpoint's config under which the state of the training is kept."""

ELSEWHERE = ("state_dict", "optimizer_states", "hyper_parameters", "datamodule_hyper_parameters")
"""What of Lightning's checkpoint the contract keeps in its own way, or nobody needs."""


class ContractCheckpointIO(CheckpointIO):
    """Writes and reads Lightning's checkpoints through a CheckpointContract.

    The contract gets the neuron and its optimizer; what else Lightning and its callbacks have to
    say goes into the metadata, as plain data and tensors. `about` is what a checkpoint says of
    the run: its config and the code of its neuron.
    """

    def __init__(
        self, contract: CheckpointContract, module: RegistryHooks, about: Mapping[str, Any]
    ) -> None:
        self.contract = contract
        self.module = module
        self.about = about
        self.keeps_problem = False
        """Whether what goes wrong with writing is kept in `problem` instead of being raised."""

        self.problem: CheckpointError | OSError | None = None
        self.left_out: list[str] = []
        """The state that could not be kept, by where it stands in Lightning's checkpoint."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None
    ) -> None:
        """Hands model, optimizer and metadata to the contract."""
        try:
            self._save(checkpoint, Path(path))
        except (CheckpointError, OSError) as error:
            if not self.keeps_problem:
                raise
            self.problem = error

    def _save(self, checkpoint: dict[str, Any], path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        shards, optimizer = self.module.state.shards, self._optimizer
        if shards is not None and optimizer is not None:
            (state,) = checkpoint["optimizer_states"]
            optimizer = shards.optimizer(optimizer, state)
        self.contract.save(
            path,
            with_weights(
                self.module.model if shards is None else shards.whole, checkpoint["state_dict"]
            ),
            optimizer,
            self.metadata(checkpoint),
        )

    def metadata(self, checkpoint: Mapping[str, Any]) -> CheckpointMetadata:
        """When and from what the checkpoint was taken."""
        latest = self.module.state.latest
        packed = pack({k: v for k, v in checkpoint.items() if k not in ELSEWHERE})
        self.left_out = packed.left_out
        return CheckpointMetadata(
            step=checkpoint["global_step"],
            epoch=checkpoint["epoch"],
            loss=latest.get("val_loss", latest.get("train_loss")),
            metrics=dict(latest),
            config={
                **self.about,
                "settled": self.module.state.as_data(),
                TRAINER_STATE: packed.data,
            },
            tensors=packed.tensors,
        )

    def load_checkpoint(
        self, path: str | Path, map_location: Any = None, weights_only: bool | None = None
    ) -> dict[str, Any]:
        """Fills the model, and gives Lightning the state it goes on from.

        The optimizer is made later and filled by `load_optimizer`.
        """
        shards = self.module.state.shards
        with nullcontext(self.module.model) if shards is None else shards.filled() as model:
            metadata = format_of(Path(path)).load(path, model)
        return {
            "epoch": metadata.epoch,
            "global_step": metadata.step,
            "optimizer_states": [],
            "lr_schedulers": [],
            **unpack(metadata.config.get(TRAINER_STATE, {}), metadata.tensors),
            "state_dict": self.module.state_dict(),
        }

    def load_optimizer(self, path: str | Path) -> None:
        """Fills the optimizer, once there is one; raises CheckpointError if it is another one."""
        optimizer, shards = self._optimizer, self.module.state.shards
        if optimizer is None:
            return
        form = format_of(Path(path))
        if shards is None:
            form.load_optimizer(path, self.module.model, optimizer)
            return
        whole = shards.optimizer(optimizer, None)
        form.load_optimizer(path, shards.whole, whole)
        shards.take_state(optimizer, whole)

    def remove_checkpoint(self, path: str | Path) -> None:
        """Removes a checkpoint that is not among the best any more."""
        Path(path).unlink(missing_ok=True)

    @property
    def _optimizer(self) -> Optimizer | None:
        optimizers = self.module.trainer.optimizers
        return optimizers[0] if optimizers else None


def with_weights(model: nn.Module, state: Mapping[str, Tensor]) -> nn.Module:
    """The model with the weights that Lightning wants saved, such as averaged ones.

    `state` has them by the names of the LightningModule. Nothing is copied.
    """
    wanted = {n.removeprefix("model."): t for n, t in state.items() if n.startswith("model.")}
    memo: dict[int, Any] = {}
    for name, own in [*model.named_parameters(), *model.named_buffers()]:
        given = wanted.get(name)
        if given is None or given.data_ptr() == own.data_ptr():
            memo[id(own)] = own
        elif isinstance(own, nn.Parameter):
            memo[id(own)] = nn.Parameter(given, own.requires_grad)
        else:
            memo[id(own)] = given
    if all(key == id(value) for key, value in memo.items()):
        return model
    return deepcopy(model, memo)
