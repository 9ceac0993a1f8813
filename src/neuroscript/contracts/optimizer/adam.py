"""Adam: a step size for each parameter from the mean and variance of its gradients."""

from __future__ import annotations

from torch.optim import Adam

from neuroscript.contracts.registry import register_optimizer

register_optimizer("adam", Adam, replace=False)
