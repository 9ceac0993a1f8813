"""Optimizers: what changes the parameters after each step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from neuroscript.contracts.contract import Options, Recipe, options_of

if TYPE_CHECKING:
    from torch import nn
    from torch.optim import Optimizer

Groups: TypeAlias = list[dict[str, Any]]
"""Parameter groups as torch's optimizers take them: `params`, and options that hold for them."""

EXPECTED = "an OptimizerContract or a torch.optim.Optimizer class"


class OptimizerContract(ABC):
    """An optimizer; its options are the keywords of its `from_config`."""

    @classmethod
    @abstractmethod
    def from_config(
        cls, model: nn.Module, optimizer_type: str, lr: float, **options: Any
    ) -> Optimizer | OptimizerContract:
        """A torch Optimizer over the model's parameters, or an object with `.optimizer`."""


def recipe(
    name: str, implementation: Any, model: nn.Module, lr: float, groups: Groups | None = None
) -> Recipe[Any] | None:
    """How to make the optimizer of a model from whatever was registered; None if it is none.

    `groups` are for a torch class only: a contract chooses its parameters by itself.
    """
    if is_torch_class(implementation):
        torch_class: Callable[..., Optimizer] = implementation
        options = options_of(torch_class, skip=1)
        if options is not None and "lr" in options:  # it is always given
            options = {**options, "lr": options["lr"].replace(default=lr)}
        return Recipe(
            lambda **o: torch_class(groups or _trained(model), **{"lr": lr, **o}), options
        )
    if isinstance(implementation, type) and hasattr(implementation, "from_config"):
        options = options_of(implementation.from_config, skip=3)
        return Recipe(lambda **o: implementation.from_config(model, name, lr, **o), options)
    return None


def is_torch_class(implementation: Any) -> bool:
    """Whether something is a `torch.optim.Optimizer` class."""
    from torch.optim import Optimizer

    return isinstance(implementation, type) and issubclass(implementation, Optimizer)


def options_of_groups(implementation: Any) -> Options | None:
    """The options that one group of parameters may have, None if it may have any.

    >>> from torch.optim import SGD
    >>> sorted(options_of_groups(SGD))[:4]
    ['dampening', 'differentiable', 'foreach', 'fused']
    """
    return options_of(implementation, skip=1)


def _trained(model: nn.Module) -> list[nn.Parameter]:
    return [p for p in model.parameters() if p.requires_grad]
