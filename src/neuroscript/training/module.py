"""A LightningModule for an nn.Module that was made elsewhere."""

from __future__ import annotations

from typing import Any

from lightning import LightningModule
from torch import Tensor, nn

from neuroscript.training.component import Component, Metrics
from neuroscript.training.hooks import RegistryHooks


class NeuronModule(RegistryHooks, LightningModule):
    """Trains a given model as it is: the same hooks as a generated `…Module`.

    >>> from torch import nn
    >>> NeuronModule(nn.Linear(2, 1), loss="mae").hparams["loss"]
    'mae'
    """

    def __init__(
        self,
        model: nn.Module,
        *,
        task: str | dict[str, str] | None = None,
        loss: Component | None = None,
        optimizer: Component = "adam",
        lr: float = 0.001,
        metrics: Metrics | None = None,
        logger: Component | list[Component] = "console",
        log_every: int = 100,
        **regime: Any,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["model"])
        self.model = model
        self.use_contracts(task, loss, optimizer, lr, metrics, logger, log_every, **regime)

    def forward(self, *inputs: Tensor) -> Any:
        """What the model gives."""
        return self.model(*inputs)
