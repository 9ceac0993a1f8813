"""A module to train, and what it takes to train it fast."""

from __future__ import annotations

import lightning
import pytest
import torch
from torch import nn

from neuroscript.training import NeuronModule
from neuroscript.training.chatter import hushed


class Block(nn.Module):
    """A round with a norm that counts, and with chance."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.linear = nn.Linear(dim, dim)
        self.norm = nn.BatchNorm1d(dim)
        self.dropout = nn.Dropout(0.2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.dropout(torch.relu(self.norm(self.linear(x))))


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Linear(2, 4)
        self.blocks = nn.ModuleList(Block(4) for _ in range(2))
        self.head = nn.Linear(4, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)


class Batches:
    """The same batches each epoch."""

    def __init__(self, count: int = 4) -> None:
        generator = torch.Generator().manual_seed(7)
        inputs = torch.rand(count, 8, 2, generator=generator)
        self.batches = [(x, x.prod(1, keepdim=True)) for x in inputs]

    def __iter__(self):
        return iter(self.batches)

    def __len__(self):
        return len(self.batches)


class Work:
    """Trains a Net in a script of the user's own."""

    def module(self, seed: int = 0, **settings) -> NeuronModule:
        torch.manual_seed(seed)
        return NeuronModule(Net(), logger=[], lr=0.05, loss="mse", metrics=[], **settings)

    def fit(self, module, *, val: bool = False, seed: int = 1, ckpt_path=None, **arguments):
        quiet = {
            "logger": False,
            "enable_checkpointing": False,
            "enable_progress_bar": False,
            "enable_model_summary": False,
            "accelerator": "cpu",
            "max_epochs": 2,
        }
        torch.manual_seed(seed)
        with hushed():
            trainer = lightning.Trainer(**{**quiet, **arguments})
            validation = [Batches(1)] if val else []
            trainer.fit(module, Batches(), *validation, ckpt_path=ckpt_path)
        return trainer


@pytest.fixture
def work() -> Work:
    return Work()
