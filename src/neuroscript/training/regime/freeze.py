"""Parameters and layers that stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn
from torch.nn.modules.batchnorm import _NormBase

from neuroscript.config import Config
from neuroscript.training.errors import TrainingError
from neuroscript.training.regime.errors import EverythingFrozen, NothingMatches
from neuroscript.training.regime.patterns import matching, with_layers
from neuroscript.training.regime.place import place_of


@dataclass(frozen=True, slots=True)
class Frozen:
    """What does not learn."""

    tensors: int
    numbers: int
    of: int
    """How many numbers the whole model has."""

    norms: Sequence[nn.Module]
    """Layers whose running statistics stay as they are, too."""

    def __str__(self) -> str:
        tensors = f"{self.tensors} tensor{'' if self.tensors == 1 else 's'}"
        return f"{tensors}, {self.numbers:,} of {self.of:,} parameters"


def freeze(model: nn.Module, config: Config) -> Frozen | None:
    """Lets what `training.freeze` names not learn; None if it names nothing.

    Norms among it use the statistics that they have. Raises TrainingError at a pattern that
    matches nothing, and if nothing is left to learn.
    """
    patterns = config.training.freeze
    if not patterns:
        return None
    parameters = dict(model.named_parameters())
    names = [*parameters, *(name for name, _ in model.named_buffers())]
    frozen: dict[str, None] = {}
    for index, pattern in enumerate(patterns):
        found = matching(pattern, names)
        if not found:
            place = place_of(config, "training.freeze", index)
            owner = type(model).__name__
            missing = NothingMatches(place, pattern, "parameter", owner, with_layers(names))
            raise TrainingError([missing])
        frozen |= dict.fromkeys(found)
    for name in frozen:
        if name in parameters:
            parameters[name].requires_grad_(False)
    _check_something_learns(model, config)
    norms = [
        layer
        for name, layer in model.named_modules()
        if isinstance(layer, _NormBase) and all(below in frozen for below in _own(name, layer))
    ]
    for norm in norms:
        norm.eval()
    still = [parameters[name] for name in frozen if name in parameters]
    return Frozen(
        len(still),
        sum(parameter.numel() for parameter in still),
        sum(parameter.numel() for parameter in parameters.values()),
        norms,
    )


def _own(name: str, layer: nn.Module) -> list[str]:
    """What a norm learns, or else what it counts."""
    prefix = f"{name}." if name else ""
    learnt = [prefix + own for own, _ in layer.named_parameters(recurse=False)]
    return learnt or [prefix + own for own, _ in layer.named_buffers(recurse=False)]


def _check_something_learns(model: nn.Module, config: Config) -> None:
    if not any(parameter.requires_grad for parameter in model.parameters()):
        layers = [name for name, _ in model.named_children()]
        place = place_of(config, "training.freeze")
        raise TrainingError([EverythingFrozen(place, type(model).__name__, layers)])
