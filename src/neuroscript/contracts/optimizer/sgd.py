"""SGD: plain gradient steps; `momentum` and `nesterov` make them less plain."""

from __future__ import annotations

from torch.optim import SGD

from neuroscript.contracts.registry import register_optimizer

register_optimizer("sgd", SGD, replace=False)
