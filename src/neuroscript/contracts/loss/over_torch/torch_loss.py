"""A loss of torch under its contract."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from neuroscript.contracts.contract import Options, options_of
from neuroscript.contracts.loss import LossContract

RETIRED = ("size_average", "reduce")
"""Options that torch itself has deprecated in favour of `reduction`."""


class TorchLoss(LossContract):
    """A loss of torch; its options are those of the torch class, lists standing for tensors."""

    torch_class: ClassVar[type[nn.Module]]
    defaults: ClassVar[dict[str, Any]] = {}

    def __init__(self, **options: Any) -> None:
        if options.get("reduction") == "none":
            raise ValueError("a loss is one number, so `reduction: none` has no meaning here")
        given = self.defaults | options
        self.module = self.torch_class(
            **{key: _tensor_for_list(value) for key, value in given.items()}
        )
        self._has_weights = any(True for _ in self.module.buffers())

    @classmethod
    def options(cls) -> Options | None:
        """The options of the torch class."""
        return options_of(cls.torch_class, skip=RETIRED)

    def counted(self, predictions: Tensor, targets: Tensor) -> float | Tensor | None:
        """None with `reduction: sum`."""
        if self.module.reduction == "sum":
            return None
        return super().counted(predictions, targets)

    def apply(self, *tensors: Tensor) -> Tensor:
        """The torch loss of the tensors, its class weights on their device."""
        if self._has_weights:
            self.module.to(tensors[0].device)
        loss: Tensor = self.module(*tensors)
        return loss


def _tensor_for_list(value: Any) -> Any:
    return torch.tensor(value, dtype=torch.float32) if isinstance(value, list) else value
