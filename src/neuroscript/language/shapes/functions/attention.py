"""Attention: means of values, one for each query."""

from __future__ import annotations

from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.errors import InexactDivision
from neuroscript.language.shapes.functions.operation import Operation, ShapeProblem, known_size
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
    if query.seq != key.seq:
        op.unifier.guessed |= query.rank is None or key.rank is None
    if query.seq != key.seq or len(query.prefix) != len(key.prefix):
        return
    if len(query.suffix) != len(key.suffix):
        return
    one_head = op.int_arg("num_heads") in (1, None)
    front = query.dims[:-2]
    for axis, (ours, theirs) in enumerate(zip(front, key.dims, strict=False)):
        if one_head and axis == len(front) - 1 and ours != theirs:
            _check_groups(op, ours, theirs)
        elif not op.same(ours, theirs):
            op.bad(
                f"queries {query} and keys {key} are not of one batch",
                "what stands before their last two axes is the same",
            )


def _check_groups(op: Operation, heads: Dim, kv_heads: Dim) -> None:
    """Each head of keys is shared by as many of queries, as far as they are known."""
    query_heads, shared = heads.constant, kv_heads.constant
    if query_heads is None or shared is None or (shared > 0 and query_heads % shared == 0):
        return
    op.bad(
        f"{kv_heads} heads of keys do not divide {heads} heads of queries",
        "as many query heads share each of them",
    )


def window_attention(op: Operation) -> tuple[Shape]:
    """The image that arrives, whose features are split evenly into heads."""
    dim, heads = op.int_arg("dim"), op.int_arg("num_heads")
    if dim is not None and heads is not None and (heads < 1 or dim % heads):
        raise ShapeProblem(InexactDivision(op.span, str(dim), str(heads)))
    window, shift = op.int_arg("window"), op.int_arg("shift")
    if window is not None and shift is not None and not 0 <= shift < window:
        op.bad(f"`shift` is {shift}", f"it is from 0 to `window` - 1 = {window - 1}")
    return (op.inputs[0],)
