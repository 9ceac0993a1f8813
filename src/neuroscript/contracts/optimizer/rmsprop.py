"""RMSprop: gradients divided by a running mean of their size."""

from __future__ import annotations

from torch.optim import RMSprop

from neuroscript.contracts.registry import register_optimizer

register_optimizer("rmsprop", RMSprop, replace=False)
