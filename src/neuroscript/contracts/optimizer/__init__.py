"""Optimizers: what changes the parameters after each step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from neuroscript.contracts.contract import Recipe, options_of

if TYPE_CHECKING:
    from torch import nn
    from torch.optim import Optimizer

EXPECTED = "an OptimizerContract or a torch.optim.Optimizer class"


class OptimizerContract(ABC):
    """An optimizer; its options are the keywords of its `from_config`."""

    @classmethod
    @abstractmethod
    def from_config(
        cls, model: nn.Module, optimizer_type: str, lr: float, **options: Any
    ) -> Optimizer | OptimizerContract:
        """A torch Optimizer over the model's parameters, or an object with `.optimizer`."""


def recipe(name: str, implementation: Any, model: nn.Module, lr: float) -> Recipe[Any] | None:
    """How to make the optimizer of a model from whatever was registered; None if it is none."""
    from torch.optim import Optimizer

    if not isinstance(implementation, type):
        return None
    if issubclass(implementation, Optimizer):
        torch_class: Callable[..., Optimizer] = implementation
        trained = [p for p in model.parameters() if p.requires_grad]
        options = options_of(torch_class, skip=1)
        return Recipe(lambda **o: torch_class(trained, **{"lr": lr, **o}), options)
    if hasattr(implementation, "from_config"):
        options = options_of(implementation.from_config, skip=3)
        return Recipe(lambda **o: implementation.from_config(model, name, lr, **o), options)
    return None
