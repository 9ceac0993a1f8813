"""Modules for what torch itself lacks. Imports torch and nothing of ours."""

from neuroscript.primitives.alibi import ALiBi
from neuroscript.primitives.attention import MaskedAttention, ScaledDotProductAttention, attend
from neuroscript.primitives.batch_norm import BatchNorm
from neuroscript.primitives.causal_conv1d import CausalConv1d
from neuroscript.primitives.chain import Chain
from neuroscript.primitives.checkpoint import Checkpoint
from neuroscript.primitives.drop_block import DropBlock, Dropblock
from neuroscript.primitives.drop_connect_linear import DropConnectLinear
from neuroscript.primitives.drop_path import DropPath
from neuroscript.primitives.field_embedding import FieldEmbedding
from neuroscript.primitives.gaussian_fourier_features import GaussianFourierFeatures
from neuroscript.primitives.hyper_connections import HCDepth, HCWidth
from neuroscript.primitives.initialisation import initialised
from neuroscript.primitives.linear_scan import linear_scan
from neuroscript.primitives.log import Log
from neuroscript.primitives.mamba_block import MambaBlock
from neuroscript.primitives.mamba_mixer import MambaMixer
from neuroscript.primitives.manifold_hyper_connect import ManifoldHyperConnect
from neuroscript.primitives.materialised import Materialised
from neuroscript.primitives.moe_ffn import MoEFFN
from neuroscript.primitives.moe_router import MoERouter
from neuroscript.primitives.positional_encoding import PositionalEncoding
from neuroscript.primitives.relative_score_bias import RelativeScoreBias
from neuroscript.primitives.retention import Retention, retain
from neuroscript.primitives.rotary_embedding import RotaryEmbedding
from neuroscript.primitives.sigmoid_moe_router import SigmoidMoERouter
from neuroscript.primitives.sinusoidal_timestep_embedding import SinusoidalTimestepEmbedding
from neuroscript.primitives.spec_augment import SpecAugment
from neuroscript.primitives.switch_ffn import SwitchFFN
from neuroscript.primitives.window_attention import WindowAttention

__all__ = [
    "ALiBi",
    "BatchNorm",
    "CausalConv1d",
    "Chain",
    "Checkpoint",
    "DropBlock",
    "DropConnectLinear",
    "DropPath",
    "Dropblock",
    "FieldEmbedding",
    "GaussianFourierFeatures",
    "HCDepth",
    "HCWidth",
    "Log",
    "MambaBlock",
    "MambaMixer",
    "ManifoldHyperConnect",
    "MaskedAttention",
    "Materialised",
    "MoEFFN",
    "MoERouter",
    "PositionalEncoding",
    "RelativeScoreBias",
    "Retention",
    "RotaryEmbedding",
    "ScaledDotProductAttention",
    "SigmoidMoERouter",
    "SinusoidalTimestepEmbedding",
    "SpecAugment",
    "SwitchFFN",
    "WindowAttention",
    "attend",
    "initialised",
    "linear_scan",
    "retain",
]
