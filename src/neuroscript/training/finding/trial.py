"""Steps of training that leave nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from lightning.fabric.utilities import move_data_to_device
from torch import nn
from torch.optim import Optimizer

from neuroscript.contracts import create_optimizer
from neuroscript.training.chatter import hushed
from neuroscript.training.checkpoints.randomness import go_on_from, randomness
from neuroscript.training.errors import TrainingError
from neuroscript.training.finding.errors import FoundOnOneDevice
from neuroscript.training.regime.groups import as_torch, parameter_groups
from neuroscript.training.regime.recompute import Recomputing, recomputed_layers
from neuroscript.training.trainer import make_trainer, trainer_arguments

if TYPE_CHECKING:
    from neuroscript.training.prepare import Prepared


class Trial:
    """A run's model on its device, with an optimizer that is thrown away."""

    def __init__(self, prepared: Prepared, key: str) -> None:
        config = prepared.config
        with hushed():
            trainer = make_trainer(config, trainer_arguments(config, None, validates=False))
        if trainer.world_size > 1:
            place = config.place(key)
            raise TrainingError([FoundOnOneDevice(place, key, trainer.world_size)])
        self.config = config
        self.model: nn.Module = prepared.module.model
        self.state = prepared.module.state
        self.device = trainer.strategy.root_device
        self.precision = trainer.precision_plugin

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """While this lasts the model may be trained; then it is what it was before, to the bit."""
        model, home = self.model, _device_of(self.model)
        before = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
        modes = [(layer, layer.training) for layer in model.modules()]
        random = randomness()
        recomputing = Recomputing(list(recomputed_layers(model, self.config).values()))
        try:
            model.to(self.device)
            recomputing.begin()
            yield
        finally:
            recomputing.end()
            model.zero_grad(set_to_none=True)
            model.to(home)
            with torch.no_grad():
                model.load_state_dict(before)
            for layer, training in modes:
                layer.training = training
            go_on_from(random)

    def optimizer(self, lr: float) -> tuple[Optimizer, list[dict[str, Any]]]:
        """A fresh optimizer, and those of its groups whose learning rate is that of the run."""
        state = self.state
        groups = parameter_groups(self.model, self.config, state.optimizer, state.folders)
        made = create_optimizer(
            state.optimizer,
            self.model,
            lr,
            groups=as_torch(self.model, groups),
            folders=state.folders,
        )
        own = [bool(groups) and "lr" in groups[i].options for i in range(len(made.param_groups))]
        return made, [g for g, has_own in zip(made.param_groups, own, strict=True) if not has_own]

    def step(self, batch: Any, optimizer: Optimizer, seed: int = 0) -> float:
        """A step of training; its loss."""
        torch.manual_seed(seed)
        optimizer.zero_grad()
        loss = self._loss(batch)
        torch.autograd.backward(loss)
        clip = self.config.training.clip
        trained = [p for p in self.model.parameters() if p.grad is not None]
        if clip is not None and clip.norm is not None:
            nn.utils.clip_grad_norm_(trained, clip.norm)
        if clip is not None and clip.value is not None:
            nn.utils.clip_grad_value_(trained, clip.value)
        optimizer.step()
        return float(loss.detach())

    def loss(self, batch: Any, seed: int = 0) -> float:
        """The loss of a batch, without a step."""
        torch.manual_seed(seed)
        with torch.no_grad():
            return float(self._loss(batch))

    def validate(self, batch: Any) -> None:
        """A step of validation."""
        self.model.eval()
        self.loss(batch)
        self.model.train()

    def _loss(self, batch: Any) -> torch.Tensor:
        batch = move_data_to_device(batch, self.device)
        with self.precision.forward_context():
            return self.state.objective_for(self.model, batch).outcome(self.model, batch).loss


def _device_of(model: nn.Module) -> torch.device:
    return next((p.device for p in model.parameters()), torch.device("cpu"))
