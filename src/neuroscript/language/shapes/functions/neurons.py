"""Neurons that are given neurons, which say what comes out."""

from __future__ import annotations

from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.errors import SizesDiffer
from neuroscript.language.shapes.functions.operation import (
    Operation,
    ShapeProblem,
    known_size,
    unknown_shape,
    unknown_size,
)
from neuroscript.language.shapes.shape import Shape
from neuroscript.language.shapes.values import Abstract, NeuronValue

TABLES = {
    "Embedding": ("num_embeddings", "embedding_dim"),
    "LearnedPositionalEmbedding": ("max_positions", "embedding_dim"),
    "Linear": ("out_dim", "in_dim"),
    "DenoisingHead": ("vocab_size", "dim"),
}
"""Parameters that give the sizes of the `weight` of library neurons."""


def tied_linear(op: Operation) -> tuple[Shape]:
    """A row of the table that is given for each output."""
    source, table = op.inputs[0], _table(op.args.get("embedding"))
    if table is None:
        return (_with_last(source, unknown_size()),)
    rows, columns = table
    last = source.dims[-1]
    if not op.same(columns, last):
        expected = _with_last(source, columns)
        raise ShapeProblem(
            SizesDiffer(
                op.span, op.neuron, "in", columns, last, expected, source,
                None, op.origins[0], None,
            )
        )  # fmt: skip
    return (_with_last(source, rows),)


def _table(value: Abstract | None) -> tuple[Dim, Dim] | None:
    if not isinstance(value, NeuronValue) or value.args is None or not value.definition.library:
        return None
    names, given = TABLES.get(value.definition.name), dict(value.args)
    if names is None:
        return None
    rows, columns = (known_size(given.get(name)) for name in names)
    return rows, columns


def _with_last(shape: Shape, size: Dim) -> Shape:
    if shape.suffix:
        return Shape(shape.prefix, shape.seq, (*shape.suffix[:-1], size))
    return Shape((*shape.prefix[:-1], size))


def checkpoint(op: Operation) -> tuple[Shape]:
    """What the block gives."""
    found = op.applied(op.args["block"])
    return (unknown_shape() if found is None else found[0],)
