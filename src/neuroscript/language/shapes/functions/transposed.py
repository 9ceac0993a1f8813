"""Transposed convolutions: the way back of a window that slides."""

from __future__ import annotations

from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.functions.operation import (
    Operation,
    unknown_shape,
    unknown_size,
)
from neuroscript.language.shapes.functions.windows import AXES, check_groups
from neuroscript.language.shapes.shape import Shape


def transposed(op: Operation, rank: int) -> tuple[Shape]:
    """(n - 1)s - 2p + d(k - 1) + output_padding + 1 along each axis."""
    check_groups(op)
    source = op.inputs[0]
    if source.rank != rank + 2:
        return (unknown_shape(),)
    kernel, stride = op.at_least(1, "kernel_size", rank), op.at_least(1, "stride", rank)
    padding, output_padding = (
        op.at_least(0, "padding", rank),
        op.at_least(0, "output_padding", rank),
    )
    dilation = op.at_least(1, "dilation", rank)
    sizes: list[Dim] = []
    columns = zip(source.prefix[2:], kernel, stride, padding, output_padding, dilation, strict=True)
    for axis, (n, k, s, p, o, d) in zip(AXES[rank], columns, strict=True):
        _check_output_padding(op, o, s, d)
        if k is None or s is None or p is None or o is None or d is None:
            sizes.append(unknown_size())
            continue
        size = (n - 1) * s - 2 * p + d * (k - 1) + o + 1
        if size.constant is not None and size.constant < 1:
            op.not_positive(size, axis, f"({n} - 1)*{s} - 2*{p} + {d}*({k} - 1) + {o} + 1")
        sizes.append(size)
    return (Shape((source.prefix[0], op.size_arg("out_channels"), *sizes)),)


def _check_output_padding(op: Operation, added: Dim | None, *steps: Dim | None) -> None:
    """What is added at the end is less than a step: than `stride` or than `dilation`."""
    least = added.constant if added is not None else None
    known = [step.constant for step in steps if step is not None]
    widths = [width for width in known if width is not None]
    if least is None or len(widths) != len(steps) or least < max(widths):
        return
    op.bad(
        f"`output_padding` = {least} is neither less than `stride` nor than `dilation`",
        f"the most that it can be here is {max(widths) - 1}",
    )
