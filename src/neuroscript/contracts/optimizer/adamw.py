"""AdamW: Adam with weight decay that does not pass through the gradients."""

from __future__ import annotations

from torch.optim import AdamW

from neuroscript.contracts.registry import register_optimizer

register_optimizer("adamw", AdamW, replace=False)
