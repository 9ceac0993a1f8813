"""Adagrad: step sizes that shrink with the sum of squared gradients; for sparse features."""

from __future__ import annotations

from torch.optim import Adagrad

from neuroscript.contracts.registry import register_optimizer

register_optimizer("adagrad", Adagrad, replace=False)
