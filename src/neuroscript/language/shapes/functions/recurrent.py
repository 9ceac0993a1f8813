"""Layers that read a sequence step by step."""

from __future__ import annotations

from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.functions.operation import Operation, unknown_size
from neuroscript.language.shapes.shape import Shape


def recurrent(op: Operation, states: int) -> tuple[Shape, ...]:
    """The results of all steps, then the last states of all layers, in both directions."""
    batch, seq = op.inputs[0].prefix[:2]
    hidden, layers, count = op.size_arg("hidden_dim"), op.size_arg("num_layers"), _directions(op)
    if layers.constant is not None and layers.constant < 1:
        op.bad(f"`num_layers` is {layers}", "the least that it can be is 1")
    features = hidden * count if count is not None else unknown_size()
    rows = layers * count if count is not None else unknown_size()
    return (Shape((batch, seq, features)), *[Shape((rows, batch, hidden))] * states)


def last_state(op: Operation) -> tuple[Shape]:
    """The state of the top layer, both directions side by side."""
    layers, batch, hidden = op.inputs[0].prefix
    count = _directions(op)
    if count == Dim.const(2) and layers.constant == 1:
        op.bad("a single state has no second direction", "is the layer bidirectional too?")
    return (Shape((batch, hidden * count if count is not None else unknown_size())),)


def _directions(op: Operation) -> Dim | None:
    both = op.flag("bidirectional")
    return None if both is None else Dim.const(2 if both else 1)
