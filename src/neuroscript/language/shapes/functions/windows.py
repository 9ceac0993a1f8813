"""Windows that slide over an input: convolutions and pooling."""

from __future__ import annotations

from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.functions.operation import (
    Operation,
    unknown_shape,
    unknown_size,
)
from neuroscript.language.shapes.shape import Shape
from neuroscript.language.shapes.values import Known

AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
"""What the axes behind the channels are called, by how many there are."""


def conv(op: Operation, rank: int) -> tuple[Shape]:
    """A convolution over `rank` axes."""
    check_groups(op)
    channels = op.args.get("out_channels", op.args.get("channels"))
    return _slide(op, rank, channels if isinstance(channels, Dim) else unknown_size())


def check_groups(op: Operation) -> None:
    """Channels are split evenly into groups."""
    groups = op.int_arg("groups")
    for name in ("in_channels", "out_channels"):
        count = op.int_arg(name)
        if count is not None and groups is not None and (groups < 1 or count % groups):
            op.bad(
                f"`groups` = {groups} does not divide `{name}` = {count}",
                "channels are split evenly into groups",
            )


def pool(op: Operation, rank: int) -> tuple[Shape]:
    """Pooling over `rank` axes, each window padded by at most half of it."""
    source = op.inputs[0]
    channels = source.prefix[1] if source.rank is not None else unknown_size()
    kernels, paddings = op.per_axis("kernel_size", rank), op.per_axis("padding", rank)
    for kernel, padding in zip(kernels, paddings, strict=True):
        size = kernel.constant if kernel is not None else None
        pad = padding.constant if padding is not None else None
        if size is not None and pad is not None and 2 * pad > size:
            op.bad(
                f"`padding` = {pad} is more than half of `kernel_size` = {size}",
                f"the most that a window of {size} can be padded by is {size // 2}",
            )
    return _slide(op, rank, channels, op.flag("ceil_mode"))


def _slide(op: Operation, rank: int, channels: Dim, ceil: bool | None = False) -> tuple[Shape]:
    """Where the windows start; `ceil` counts a last one that is not full, None may or may not."""
    source = op.inputs[0]
    if source.rank != rank + 2:
        return (unknown_shape(),)
    kernel, stride = op.at_least(1, "kernel_size", rank), op.at_least(1, "stride", rank)
    dilation: list[Dim | None] = [Dim.const(1)] * rank
    if "dilation" in op.args:
        dilation = op.at_least(1, "dilation", rank)
    padding = op.at_least(0, "padding", rank)
    if op.args.get("padding") == Known("valid"):
        padding = [Dim(())] * rank
    if op.args.get("padding") == Known("same"):
        if any(s is not None and s.constant not in (None, 1) for s in stride):
            op.bad('`padding="same"` goes with `stride` 1 only', "say how wide the padding is")
        return (Shape((source.prefix[0], channels, *source.prefix[2:])),)
    sizes: list[Dim] = []
    for i, axis in enumerate(AXES[rank]):
        n, k, s, p, d = source.prefix[i + 2], kernel[i], stride[i], padding[i], dilation[i]
        if k is None or s is None or p is None or d is None or ceil is None or not s.terms:
            sizes.append(unknown_size())
            continue
        size = _ceiled(n, k, s, p, d) if ceil else _floored(n, k, s, p, d)
        if size.constant is not None and size.constant < 1:
            op.not_positive(size, axis, f"floor(({n} + 2*{p} - {d}*({k} - 1) - 1) / {s}) + 1")
        sizes.append(size)
    return (Shape((source.prefix[0], channels, *sizes)),)


def _floored(n: Dim, k: Dim, s: Dim, p: Dim, d: Dim) -> Dim:
    """The size floor((n + 2p - d(k - 1) - 1) / s) + 1."""
    return (n + 2 * p - d * (k - 1) - 1) // s + 1


def _ceiled(n: Dim, k: Dim, s: Dim, p: Dim, d: Dim) -> Dim:
    """Rounded up, less a last window that would start behind the input and its left padding."""
    values = [dim.constant for dim in (n, k, s, p, d)]
    if any(value is None for value in values):
        return unknown_size()
    size, kernel, stride, pad, dilation = (value or 0 for value in values)
    out = -(-(size + 2 * pad - dilation * (kernel - 1) - 1) // stride) + 1
    if (out - 1) * stride >= size + pad:
        out -= 1
    return Dim.const(out)


def causal_conv(op: Operation) -> tuple[Shape]:
    """A convolution padded on the left alone: one step for each stride."""
    source, stride = op.inputs[0], op.args.get("stride")
    if source.rank != 3 or not isinstance(stride, Dim) or not stride.terms:
        return (unknown_shape(),)
    length = (source.prefix[2] + stride - 1) // stride
    return (Shape((source.prefix[0], op.size_arg("out_channels"), length)),)


def adaptive_pool(op: Operation, rank: int) -> tuple[Shape]:
    """Pooling to the sizes that are asked for."""
    source = op.inputs[0]
    if source.rank != rank + 2:
        return (unknown_shape(),)
    asked = op.at_least(1, "output_size", rank)
    sizes = [size if size is not None else unknown_size() for size in asked]
    return (Shape((*source.prefix[:2], *sizes)),)


def global_pool(op: Operation) -> tuple[Shape]:
    """Pooling over all axes behind the channels, which stay with size 1 or go."""
    source, keep = op.inputs[0], op.flag("keepdim")
    if source.rank is None or keep is None:
        return (unknown_shape(),)
    if source.rank < 3:
        op.bad("there is nothing to pool over", "it takes [batch, channels, ..] with sizes behind")
    ones = [Dim.const(1)] * (source.rank - 2) if keep else []
    return (Shape((*source.prefix[:2], *ones)),)
