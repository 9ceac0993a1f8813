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


def group_norm(op: Operation) -> tuple[Shape]:
    """The shape that arrives, whose channels are split evenly into groups."""
    groups, channels = op.int_arg("num_groups"), op.int_arg("num_channels")
    if groups is not None and channels is not None and (groups < 1 or channels % groups):
        raise ShapeProblem(InexactDivision(op.span, str(channels), str(groups)))
    return (op.inputs[0],)
