"""Losses: one number that says how far predictions are from targets."""

from __future__ import annotations

import inspect
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from neuroscript.contracts.contract import Options, Recipe, options_of, options_of_contract

if TYPE_CHECKING:
    from torch import Tensor, nn

IGNORED = -100
"""The class index that losses and metrics pass over, as in torch."""

OUTPUTS = "outputs"
"""The parameter by which a loss says that it looks at all outputs, by their names."""

EXPECTED = (
    "a LossContract, an nn.Module class, or a function `(predictions, targets)` that returns a "
    "scalar tensor"
)


class LossContract(ABC):
    """A loss; its options are the keywords of its `__init__`.

    >>> import torch
    >>> class Absolute(LossContract):
    ...     def compute(self, predictions, targets):
    ...         return (predictions - targets).abs().mean()
    >>> Absolute.from_config("absolute").compute(torch.tensor([1.0]), torch.tensor([3.0]))
    tensor(2.)
    """

    least: ClassVar[float] = -math.inf
    """The least target that has a meaning to this loss."""

    greatest: ClassVar[float] = math.inf
    """The greatest one."""

    outputs_per_target: ClassVar[int] = 1
    """How many numbers are predicted for each of a target, in equal parts of the last dimension.

    The first part is what metrics compare: of a mean and a variance, the mean.
    """

    @abstractmethod
    def compute(self, predictions: Tensor, targets: Tensor) -> Tensor:
        """The loss of a batch as a scalar tensor."""

    def compute_beside(
        self, predictions: Tensor, targets: Tensor, outputs: Mapping[str, Tensor]
    ) -> Tensor:
        """The same, for a loss that looks at the other outputs of the neuron too.

        `outputs` are all of them, by name, as the neuron gives them.
        """
        return self.compute(predictions, targets)

    def counted(self, predictions: Tensor, targets: Tensor) -> float | Tensor | None:
        """How many numbers `compute` takes the mean of, None if it gives their sum.

        By this the losses of the parts of a batch are put together where several processes share
        it. All targets count, but for class indices of -100.
        """
        if targets.is_floating_point():
            return targets.numel()
        return (targets != IGNORED).sum()

    def objection(self, predictions: Tensor, targets: Tensor) -> str | None:
        """Why such predictions and targets have no meaning to this loss, None if they have.

        Asked once, with the first samples, before training.
        """
        return None

    @classmethod
    def from_config(cls, loss_type: str, **options: Any) -> Self:
        """Makes the loss that the config calls `loss_type`."""
        return cls(**options)

    @classmethod
    def options(cls) -> Options | None:
        """The options that a config may give it; None if it takes any."""
        return options_of_contract(cls, LossContract)


class ModuleLoss(LossContract):
    """A loss given as an nn.Module called with predictions and targets, and outputs if it asks."""

    def __init__(self, module: nn.Module) -> None:
        self.module = module
        self._has_state = bool(module.state_dict()) or any(True for _ in module.buffers())
        self._asks = asks_for_outputs(module.forward)

    def compute(self, predictions: Tensor, targets: Tensor) -> Tensor:
        """What the module returns, moved to the device of the predictions first."""
        return self.compute_beside(predictions, targets, {})

    def compute_beside(
        self, predictions: Tensor, targets: Tensor, outputs: Mapping[str, Tensor]
    ) -> Tensor:
        """The same, for a `forward` with a parameter `outputs`."""
        if self._has_state:
            self.module.to(predictions.device)
        beside = {OUTPUTS: outputs} if self._asks else {}
        loss: Tensor = self.module(predictions, targets, **beside)
        return loss


class FunctionLoss(LossContract):
    """A loss given as a function of predictions, targets and options, and outputs if it asks."""

    def __init__(self, function: Any, options: dict[str, Any]) -> None:
        self.function = function
        self.given = options
        self._asks = asks_for_outputs(function)

    def compute(self, predictions: Tensor, targets: Tensor) -> Tensor:
        """What the function returns."""
        return self.compute_beside(predictions, targets, {})

    def compute_beside(
        self, predictions: Tensor, targets: Tensor, outputs: Mapping[str, Tensor]
    ) -> Tensor:
        """The same, for a function with a parameter `outputs`."""
        beside = {OUTPUTS: outputs} if self._asks else {}
        loss: Tensor = self.function(predictions, targets, **beside, **self.given)
        return loss


def asks_for_outputs(callable_: Callable[..., Any]) -> bool:
    """Whether a loss wants all outputs of the neuron beside predictions and targets.

    >>> asks_for_outputs(lambda predictions, targets, outputs: ...)
    True
    """
    try:
        parameter = inspect.signature(callable_).parameters.get(OUTPUTS)
    except ValueError:  # some functions written in C tell no signature
        return False
    return parameter is not None and parameter.default is inspect.Parameter.empty


def recipe(name: str, implementation: Any) -> Recipe[LossContract] | None:
    """How to make the loss from whatever was registered; None if it is no loss."""
    from torch import nn

    if isinstance(implementation, type):
        if issubclass(implementation, LossContract):
            contract = implementation
            return Recipe(lambda **o: contract.from_config(name, **o), contract.options())
        if issubclass(implementation, nn.Module):
            return Recipe(lambda **o: ModuleLoss(implementation(**o)), options_of(implementation))
        return None
    if isinstance(implementation, nn.Module):
        return Recipe(lambda: ModuleLoss(implementation), {})
    if callable(implementation) and takes_two(implementation):
        return Recipe(lambda **o: FunctionLoss(implementation, o), _options(implementation))
    return None


def takes_two(callable_: Callable[..., Any]) -> bool:
    """Whether something can be called with predictions and targets.

    >>> takes_two(lambda predictions: ...)
    False
    """
    try:
        parameters = inspect.signature(callable_).parameters.values()
    except ValueError:
        return True
    kinds = [parameter.kind for parameter in parameters]
    positional = sum(
        kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        for kind in kinds
    )
    return positional >= 2 or inspect.Parameter.VAR_POSITIONAL in kinds


def _options(function: Callable[..., Any]) -> Options | None:
    """The parameters behind predictions and targets, but for the outputs it is given."""
    options = options_of(function, skip=2)
    if options is None or not asks_for_outputs(function):
        return options
    return {name: parameter for name, parameter in options.items() if name != OUTPUTS}
