"""Modules for what torch itself lacks. Imports torch and nothing of ours."""

from neuroscript.primitives.batch_norm import BatchNorm
from neuroscript.primitives.causal_conv1d import CausalConv1d
from neuroscript.primitives.materialised import Materialised

__all__ = ["BatchNorm", "CausalConv1d", "Materialised"]
