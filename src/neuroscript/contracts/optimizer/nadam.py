"""NAdam: Adam with Nesterov momentum."""

from __future__ import annotations

from torch.optim import NAdam

from neuroscript.contracts.registry import register_optimizer

register_optimizer("nadam", NAdam, replace=False)
