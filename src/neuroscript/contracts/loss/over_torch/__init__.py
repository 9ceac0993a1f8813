"""What the built-in losses share: torch's own loss classes, fitted to the loss contract."""

from neuroscript.contracts.loss.over_torch.classes import ClassLoss
from neuroscript.contracts.loss.over_torch.elementwise import ElementwiseLoss
from neuroscript.contracts.loss.over_torch.torch_loss import TorchLoss

__all__ = ["ClassLoss", "ElementwiseLoss", "TorchLoss"]
