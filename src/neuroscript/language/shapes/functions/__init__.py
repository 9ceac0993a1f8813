"""Shape functions: what library neurons do to shapes beyond what their ports can say.

Each takes an `Operation` and returns one shape for each output. A size that cannot be known
becomes a fresh variable; what is certainly wrong raises `ShapeProblem`. A new one is a function
in the file of its family and a line in `FUNCTIONS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from neuroscript.language.shapes.functions.attention import attention, window_attention
from neuroscript.language.shapes.functions.axes import (
    expanded,
    moved,
    repeated,
    selected,
    squeezed,
    unflattened,
    unsqueezed,
)
from neuroscript.language.shapes.functions.broadcasting import broadcast, masked_fill, matmul
from neuroscript.language.shapes.functions.einsum import einsum
from neuroscript.language.shapes.functions.element_types import ELEMENT_TYPES
from neuroscript.language.shapes.functions.joining import concat, stack
from neuroscript.language.shapes.functions.layout import flatten, permute, reshape, transpose
from neuroscript.language.shapes.functions.neurons import checkpoint, tied_linear
from neuroscript.language.shapes.functions.operation import Operation, ShapeProblem
from neuroscript.language.shapes.functions.parts import (
    crop,
    fork,
    pad,
    slice_,
    split,
    split_sizes,
)
from neuroscript.language.shapes.functions.recurrent import last_state, recurrent
from neuroscript.language.shapes.functions.reductions import (
    cosine_similarity,
    halves,
    reduced,
    reduced_along,
    top_k,
)
from neuroscript.language.shapes.functions.resizing import (
    channel_shuffle,
    interpolate,
    interpolate_like,
)
from neuroscript.language.shapes.functions.sources import parameter
from neuroscript.language.shapes.functions.transposed import transposed
from neuroscript.language.shapes.functions.unchanged import (
    channel_dropout,
    each_axis,
    group_norm,
    prelu,
    same_shape,
    softmax,
)
from neuroscript.language.shapes.functions.windows import (
    adaptive_pool,
    causal_conv,
    conv,
    global_pool,
    pool,
)
from neuroscript.language.shapes.shape import Shape

__all__ = ["ELEMENT_TYPES", "FUNCTIONS", "Operation", "ShapeFunction", "ShapeProblem"]

ShapeFunction = Callable[[Operation], tuple[Shape, ...]]

FUNCTIONS: Mapping[str, ShapeFunction] = {
    "Conv1d": partial(conv, rank=1),
    "Conv2d": partial(conv, rank=2),
    "Conv3d": partial(conv, rank=3),
    "DepthwiseConv": partial(conv, rank=2),
    "DepthwiseConv1d": partial(conv, rank=1),
    "CausalConv1d": causal_conv,
    "DilatedConv": partial(conv, rank=2),
    "TransposedConv": partial(transposed, rank=2),
    "ConvTranspose1d": partial(transposed, rank=1),
    "ConvTranspose2d": partial(transposed, rank=2),
    "ConvTranspose3d": partial(transposed, rank=3),
    "Interpolate": interpolate,
    "Upsample": interpolate,
    "InterpolateLike": interpolate_like,
    "ChannelShuffle": channel_shuffle,
    "GRU": partial(recurrent, states=1),
    "RNN": partial(recurrent, states=1),
    "LSTM": partial(recurrent, states=2),
    "LastState": last_state,
    "MaxPool": partial(pool, rank=2),
    "AvgPool": partial(pool, rank=2),
    "MaxPool1d": partial(pool, rank=1),
    "MaxPool2d": partial(pool, rank=2),
    "MaxPool3d": partial(pool, rank=3),
    "AvgPool1d": partial(pool, rank=1),
    "AvgPool2d": partial(pool, rank=2),
    "AvgPool3d": partial(pool, rank=3),
    "AdaptiveAvgPool": partial(adaptive_pool, rank=2),
    "AdaptiveMaxPool": partial(adaptive_pool, rank=2),
    "AdaptiveAvgPool1d": partial(adaptive_pool, rank=1),
    "AdaptiveMaxPool1d": partial(adaptive_pool, rank=1),
    "AdaptiveAvgPool3d": partial(adaptive_pool, rank=3),
    "AdaptiveMaxPool3d": partial(adaptive_pool, rank=3),
    "GlobalAvgPool": global_pool,
    "GlobalMaxPool": global_pool,
    "Softmax": softmax,
    "LogSoftmax": softmax,
    "GroupNorm": group_norm,
    "L2Normalize": softmax,
    "PReLU": prelu,
    "GatedUnit": halves,
    "Dropout1d": partial(channel_dropout, rank=1),
    "Dropout2d": partial(channel_dropout, rank=2),
    "Dropout3d": partial(channel_dropout, rank=3),
    "Sum": reduced,
    "Mean": reduced,
    "Max": reduced,
    "Min": reduced,
    "LogSumExp": reduced,
    "Prod": reduced_along,
    "ArgMax": reduced_along,
    "ArgMin": reduced_along,
    "Std": reduced,
    "Var": reduced,
    "Norm": reduced,
    "CumSum": softmax,
    "TopK": top_k,
    "CosineSimilarity": cosine_similarity,
    "ForkN": fork,
    "Flatten": flatten,
    "Unflatten": unflattened,
    "Squeeze": squeezed,
    "Unsqueeze": unsqueezed,
    "Expand": expanded,
    "Repeat": repeated,
    "Roll": each_axis,
    "Select": selected,
    "Permute": permute,
    "MoveAxis": moved,
    "Transpose": transpose,
    "Reshape": reshape,
    "Concat": concat,
    "Stack": stack,
    "Slice": slice_,
    "Split": split,
    "SplitSizes": split_sizes,
    "Pad": pad,
    "Crop": crop,
    "Einsum": einsum,
    "Cast": same_shape,
    "Parameter": parameter,
    "ScaledDotProductAttention": attention,
    "MaskedAttention": attention,
    "WindowAttention": window_attention,
    "MatMul": matmul,
    "TiedLinear": tied_linear,
    "Checkpoint": checkpoint,
    "Where": broadcast,
    "MaskedFill": masked_fill,
    "Modulate": broadcast,
    "Add": broadcast,
    "AddN": broadcast,
    "Subtract": broadcast,
    "Multiply": broadcast,
    "Divide": broadcast,
    "Maximum": broadcast,
    "Minimum": broadcast,
}
"""By the library neuron whose outputs they give."""
