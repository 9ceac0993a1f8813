"""The strategy `fsdp`: each process has a part of the weights, and of what the optimizer keeps."""

from __future__ import annotations

import os
from itertools import count
from typing import TYPE_CHECKING, Any

from lightning.pytorch.core.optimizer import LightningOptimizer
from lightning.pytorch.strategies import ModelParallelStrategy
from torch import Tensor, distributed
from torch.distributed.device_mesh import DeviceMesh, init_device_mesh

from neuroscript.training.processes.shards import Shards, state_of, weights_of

if TYPE_CHECKING:
    from pathlib import Path

    import torch
    from lightning import LightningModule, Trainer
    from torch import nn
    from torch.optim import Optimizer


_COUNTED = count()


class Sharding(ModelParallelStrategy):
    """Lightning's strategy for models in parts, whose checkpoints hold the whole model.

    They are written and read by the checkpoint plugin, as those of all strategies are.
    """

    def __init__(self, forks: bool = False) -> None:
        super().__init__(tensor_parallel_size=1, save_distributed_checkpoint=False)
        self._start_method = "fork" if forks else "popen"

    def setup_environment(self) -> None:
        """Says that the parts are as many as the processes."""
        self._data_parallel_size = self.num_processes * self.num_nodes
        super().setup_environment()

    def lightning_module_state_dict(self) -> dict[str, Tensor]:
        """All weights, in the first process."""
        assert self.lightning_module is not None
        return weights_of(self.lightning_module)

    def optimizer_state(self, optimizer: Optimizer) -> dict[str, Any]:
        """All that the optimizer keeps, in the first process."""
        own = optimizer.optimizer if isinstance(optimizer, LightningOptimizer) else optimizer
        return state_of(own)

    def load_checkpoint(
        self, checkpoint_path: str | Path, weights_only: bool | None = None
    ) -> dict[str, Any]:
        """What the checkpoint plugin reads."""
        found: dict[str, Any] = self.checkpoint_io.load_checkpoint(checkpoint_path)
        return found


def strategy_named(name: str) -> str | Sharding:
    """What the Trainer is told for `training.strategy`."""
    return Sharding(forks=name.endswith("_fork")) if name in ("fsdp", "fsdp_fork") else name


def shards_for(module: LightningModule) -> Shards | None:
    """The model of a module in parts, if it is to be trained in parts.

    Raises TypeError for a strategy of Lightning's own that would have to be told how.
    """
    trainer: Trainer | None = getattr(module, "_trainer", None)
    if trainer is None or trainer.state.fn != "fit":
        return None
    if not isinstance(trainer.strategy, ModelParallelStrategy):
        return None
    if not isinstance(trainer.strategy, Sharding):
        raise TypeError(  # what Lightning says where the hook is missing
            f"{type(trainer.strategy).__name__} needs a configure_model() of your own, "
            "which takes the model apart"
        )
    model: nn.Module = module.model  # type: ignore[assignment]
    return Shards(model, mesh(trainer.strategy.root_device))


def mesh(device: torch.device) -> DeviceMesh:
    """All processes, under a name of its own.

    What torch has worked out for a mesh it takes for any of the same name and shape; a process that
    was forked, or trains again, would take the parts of another one for its own.
    """
    name = f"parts_{os.getpid()}_{next(_COUNTED)}"
    return init_device_mesh(device.type, (distributed.get_world_size(),), mesh_dim_names=(name,))


def is_torn(trainer: Trainer) -> bool:
    """Whether parts of the model are out of reach, since this process has left the others."""
    return isinstance(trainer.strategy, Sharding) and not distributed.is_initialized()
