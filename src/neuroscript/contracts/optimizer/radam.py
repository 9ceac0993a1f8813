"""RAdam: Adam with its first steps rectified, which need no warmup."""

from __future__ import annotations

from torch.optim import RAdam

from neuroscript.contracts.registry import register_optimizer

register_optimizer("radam", RAdam, replace=False)
