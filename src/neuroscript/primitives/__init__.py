"""Modules for what torch itself lacks. Imports torch and nothing of ours."""

from neuroscript.primitives.batch_norm import BatchNorm
from neuroscript.primitives.causal_conv1d import CausalConv1d
from neuroscript.primitives.hyper_connections import HCDepth, HCWidth
from neuroscript.primitives.linear_scan import linear_scan
from neuroscript.primitives.mamba_block import MambaBlock
from neuroscript.primitives.mamba_mixer import MambaMixer
from neuroscript.primitives.manifold_hyper_connect import ManifoldHyperConnect
from neuroscript.primitives.materialised import Materialised
from neuroscript.primitives.moe_ffn import MoEFFN
from neuroscript.primitives.moe_router import MoERouter
from neuroscript.primitives.retention import Retention, retain
from neuroscript.primitives.sigmoid_moe_router import SigmoidMoERouter
from neuroscript.primitives.switch_ffn import SwitchFFN

__all__ = [
    "BatchNorm",
    "CausalConv1d",
    "HCDepth",
    "HCWidth",
    "MambaBlock",
    "MambaMixer",
    "ManifoldHyperConnect",
    "Materialised",
    "MoEFFN",
    "MoERouter",
    "Retention",
    "SigmoidMoERouter",
    "SwitchFFN",
    "linear_scan",
    "retain",
]
