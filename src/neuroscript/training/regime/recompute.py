"""Gradient checkpointing: blocks that keep nothing and are computed again in the backward pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from lightning.pytorch.callbacks import Callback
from torch import nn
from torch.nn.modules.batchnorm import _NormBase
from torch.utils.checkpoint import checkpoint

from neuroscript.config import Config
from neuroscript.training.errors import TrainingError
from neuroscript.training.regime.errors import NothingMatches, NothingToRecompute
from neuroscript.training.regime.patterns import matching
from neuroscript.training.regime.place import place_of

if TYPE_CHECKING:
    from lightning import LightningModule, Trainer

KEY = "training.gradient_checkpointing"


class Recomputing(Callback):
    """Computes layers again in the backward pass, as long as a model is trained."""

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        self.layers = layers

    def on_fit_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """From the first step on."""
        self.begin()

    def on_fit_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Until training ends."""
        self.end()

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """However it ends."""
        self.end()

    def begin(self) -> None:
        """From here on the layers keep nothing inside for the backward pass."""
        for layer in self.layers:
            layer.forward = _recomputed(layer, layer.forward)

    def end(self) -> None:
        """Leaves the layers as they were."""
        for layer in self.layers:
            vars(layer).pop("forward", None)


def recomputed_layers(model: nn.Module, config: Config) -> dict[str, nn.Module]:
    """The layers that `training.gradient_checkpointing` names, the outermost of them, by name.

    `true` names the blocks that a model repeats. Raises TrainingError where nothing is found.
    """
    asked = config.training.gradient_checkpointing
    if not asked:
        return {}
    layers = {name: layer for name, layer in model.named_modules() if name and _runs(layer)}
    owner = type(model).__name__
    if asked is True:
        found = _outermost(_repeated(model))
        if not found:
            inner = [name for name, layer in layers.items() if any(layer.children())]
            raise TrainingError([NothingToRecompute(place_of(config, KEY), owner, inner)])
        return {name: layers[name] for name in found}
    names: list[str] = []
    for index, pattern in enumerate(asked):
        matched = matching(pattern, layers)
        if not matched:
            place = place_of(config, KEY, index)
            raise TrainingError([NothingMatches(place, pattern, "layer", owner, list(layers))])
        names += matched
    return {name: layers[name] for name in _outermost(names)}


def _runs(layer: nn.Module) -> bool:
    return not isinstance(layer, (nn.ModuleList, nn.ModuleDict))


def _repeated(model: nn.Module) -> Iterator[str]:
    """The blocks of lists, and of sequences that have several of a kind; no single layers."""
    for name, layer in model.named_modules():
        prefix = f"{name}." if name else ""
        if isinstance(layer, nn.ModuleList) and len(layer) > 1:
            for index, block in layer.named_children():
                parts = (
                    block.named_children() if isinstance(block, nn.ModuleDict) else [("", block)]
                )
                for part, inner in parts:
                    if _runs(inner) and any(inner.children()):
                        yield f"{prefix}{index}" + (f".{part}" if part else "")
        elif isinstance(layer, nn.Sequential):
            kinds = [type(block) for block in layer if any(block.children())]
            for index, block in layer.named_children():
                if kinds.count(type(block)) > 1:
                    yield f"{prefix}{index}"


def _outermost(names: Iterator[str] | Sequence[str]) -> list[str]:
    """The names that do not lie below another one of them, each once.

    >>> _outermost(["a.b", "a", "c.d", "a"])
    ['a', 'c.d']
    """
    every = set(names)

    def above(name: str) -> Iterator[str]:
        while "." in name:
            name = name.rpartition(".")[0]
            yield name

    return sorted(name for name in every if not any(outer in every for outer in above(name)))


def _recomputed(layer: nn.Module, plain: Callable[..., Any]) -> Callable[..., Any]:
    def forward(*inputs: Any, **named: Any) -> Any:
        if not (layer.training and torch.is_grad_enabled()):
            return plain(*inputs, **named)
        return checkpoint(
            plain, *inputs, use_reentrant=False, context_fn=partial(_passes, layer), **named
        )

    return forward


def _passes(layer: nn.Module) -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
    """What the two passes run in."""
    return nullcontext(), _not_counted_twice(layer)


@contextmanager
def _not_counted_twice(layer: nn.Module) -> Iterator[None]:
    """While this lasts, norms do not take what they see into their running statistics."""
    norms = [norm for norm in layer.modules() if isinstance(norm, _NormBase)]
    before = [(norm, norm.momentum, _count(norm)) for norm in norms if norm.track_running_stats]
    for norm, _, _ in before:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, momentum, count in before:
            norm.momentum = momentum
            if count is not None and norm.num_batches_tracked is not None:
                norm.num_batches_tracked.copy_(count)


def _count(norm: _NormBase) -> torch.Tensor | None:
    return None if norm.num_batches_tracked is None else norm.num_batches_tracked.clone()
