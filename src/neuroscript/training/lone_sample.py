"""A last batch of one sample, of which batch normalisation can learn nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from neuroscript.config import Config, ConfigError
from neuroscript.contracts import DataLoaderContract
from neuroscript.contracts.dataloader.columns import ColumnLoader
from neuroscript.contracts.errors import said
from neuroscript.diagnostics import Diagnostic


@dataclass(frozen=True)
class LoneSample(Diagnostic):
    code = "NT114"
    samples: int
    batch_size: int
    key: str
    """The key that says the batch size, or might."""

    better: int | None
    """The nearest size that leaves no batch of one."""

    @property
    def message(self) -> str:
        if self.samples == 1 or self.batch_size == 1:
            return "a batch has one sample, and batch normalisation needs two to learn from"
        return (
            f"{self.samples} samples in batches of {self.batch_size} leave one sample for the "
            "last, and batch normalisation needs two to learn from"
        )

    @property
    def help(self) -> str:
        if self.better is None:
            return "give it more samples, or take another normalisation, such as LayerNorm"
        return f"set `{self.key}: {self.better}`"


def check_last_batch(
    config: Config, model: nn.Module, loader: DataLoaderContract, inputs: Sequence[Tensor]
) -> None:
    """Refuses batches of one sample where the model normalises over the batch.

    Raises ConfigError at the batch size.
    """
    if not isinstance(loader, ColumnLoader) or config.finds_batch_size:
        return
    samples, size = len(loader.table), config.batch_size
    if not _leaves_one(samples, size) or _takes_one(model, inputs):
        return
    sizes = sorted(range(2, max(samples, size) + 1), key=lambda other: abs(other - size))
    better = next((other for other in sizes if not _leaves_one(samples, other)), None)
    key = "training.batch_size" if config.training.batch_size else "data.batch_size"
    place = config.where(key) or config.where("data.train") or said("batch_size", str(size))
    raise ConfigError([LoneSample(place, samples, size, key, better)])


def _leaves_one(samples: int, size: int) -> bool:
    return size == 1 or samples % size == 1


def _takes_one(model: nn.Module, inputs: Sequence[Tensor]) -> bool:
    """Whether a model can learn from one sample; it is left as it was."""
    layers = [layer for layer in model.modules() if isinstance(layer, _BatchNorm)]
    if not any(layer.training for layer in layers):
        return True
    kept = {name: buffer.clone() for name, buffer in model.named_buffers()}
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            model(*(value[:1] for value in inputs))
    except ValueError as error:
        return "more than 1 value per channel" not in str(error)
    finally:
        for name, buffer in model.named_buffers():
            buffer.copy_(kept[name])
    return True
