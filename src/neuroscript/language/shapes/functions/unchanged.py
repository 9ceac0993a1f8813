"""Neurons that leave a shape as it is, and what their arguments have to say about it."""

from __future__ import annotations

from neuroscript.language.shapes.errors import InexactDivision
from neuroscript.language.shapes.functions.operation import Operation, ShapeProblem
from neuroscript.language.shapes.shape import Shape


def same_shape(op: Operation) -> tuple[Shape]:
    """The shape that arrives."""
    return (op.inputs[0],)


def softmax(op: Operation) -> tuple[Shape]:
    """The shape that arrives, which has the axis `dim`."""
    source, axis = op.inputs[0], op.int_arg("dim")
    if source.rank is not None:
        op.axis("dim", source.rank)
    elif axis is None or not -len(source.dims) <= axis < len(source.prefix):
        op.unifier.guessed = True
    return (source,)


def prelu(op: Operation) -> tuple[Shape]:
    """The shape that arrives, whose channels are as many as the slopes, if those are several."""
    source, slopes = op.inputs[0], op.size_arg("num_parameters")
    if slopes.constant != 1 and source.rank is not None:
        channels = source.prefix[1] if source.rank > 1 else None
        if channels is None or not op.same(slopes, channels):
            op.bad(
                f"{slopes} slopes do not go with {channels or 'no'} channels",
                "give one slope, or one for each channel, along axis 1",
            )
    return (source,)


def channel_dropout(op: Operation, rank: int) -> tuple[Shape]:
    """The shape that arrives: channels and so many axes behind them, perhaps of a batch."""
    source = op.inputs[0]
    if source.rank is not None and source.rank not in (rank + 1, rank + 2):
        op.bad(
            f"it takes {rank + 2} axes, or {rank + 1} of a single sample",
            "the channels are before the last " + ("axis" if rank == 1 else f"{rank} axes"),
        )
    return (source,)


def each_axis(op: Operation) -> tuple[Shape]:
    """The shape that arrives, which has the axes `dim`."""
    op.places("dim", op.inputs[0])
    return (op.inputs[0],)


def group_norm(op: Operation) -> tuple[Shape]:
    """The shape that arrives, whose channels are split evenly into groups."""
    groups, channels = op.int_arg("num_groups"), op.int_arg("num_channels")
    if groups is not None and channels is not None and (groups < 1 or channels % groups):
        raise ShapeProblem(InexactDivision(op.span, str(channels), str(groups)))
    return (op.inputs[0],)
