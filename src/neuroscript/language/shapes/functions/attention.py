"""Attention: means of values, one for each query."""

from __future__ import annotations

from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.functions.operation import Operation, known_size, unknown_shape
from neuroscript.language.shapes.shape import Shape


def attention(op: Operation) -> tuple[Shape]:
    """As many rows as queries, as wide as values are: v·num_heads of v·num_kv_heads."""
    query, key, value = op.inputs[:3]
    heads, kv_heads = op.int_arg("num_heads"), op.int_arg("num_kv_heads")
    if heads is not None and kv_heads is not None and (kv_heads < 1 or heads % kv_heads):
        op.bad(
            f"`num_kv_heads` = {kv_heads} does not divide `num_heads` = {heads}",
            "as many query heads share each of them",
        )
    _same_batch(op, query, key)
    width = known_size(op.args["num_heads"]) * value.dims[-1] / known_size(op.args["num_kv_heads"])
    dims = (*query.dims[:-1], width)
    if query.rank is not None:
        return (Shape(dims),)
    front = len(query.prefix)
    return (Shape(dims[:front], query.seq, dims[front:]),)


def _same_batch(op: Operation, query: Shape, key: Shape) -> None:
    """What stands before the last two axes agrees; heads of keys divide those of queries."""
    if query.rank is None or key.rank is None:
        op.unifier.guessed |= query.seq != key.seq
        return
    if query.rank != key.rank:
        op.bad(
            f"queries {query} and keys {key} have different ranks",
            "they differ in the length at most",
        )
    one_head = op.int_arg("num_heads") in (1, None)
    for axis in range(query.rank - 2):
        ours, theirs = query.prefix[axis], key.prefix[axis]
        if one_head and axis == query.rank - 3 and _may_divide(theirs, ours):
            continue
        if not op.same(ours, theirs):
            op.bad(
                f"queries {query} and keys {key} are not of one batch",
                "they differ in the length at most",
            )


def _may_divide(groups: Dim, heads: Dim) -> bool:
    """Whether groups of heads can all be of one size."""
    if groups.constant is None or heads.constant is None:
        return True
    return heads.constant % groups.constant == 0
