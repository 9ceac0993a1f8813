"""How often something is repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.errors import BadCount
from neuroscript.language.shapes.values import Abstract, Aggregate, Known, Unknown, kind_of
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.language.shapes.body import Body

MAX_COUNT = 10_000
"""Of all rounds of aggregates inside one another."""


def check_count(body: Body, item: ast.Unroll, value: Abstract, around: int = 1) -> None:
    """How often something is repeated: a whole number, at most 10000 of all rounds (NS408)."""
    count, rounds = body.evaluator().value(item.count), around
    if isinstance(count, Dim):
        if count.constant is not None:
            rounds = around * count.constant
            if rounds < 0 or rounds > MAX_COUNT:
                body.sink.add(BadCount(item.count.span, count.constant, around))
                body.failed = True
                return
    elif not isinstance(count, Unknown) or count.kind not in ("", "int"):
        shown = str(count.value) if isinstance(count, Known) else kind_of(count)
        body.sink.add(BadCount(item.count.span, shown))
        body.failed = True
    inner = body.snapshot()
    for part in item.items:
        if isinstance(part, ast.Unroll) and isinstance(value, Aggregate):
            if item.index is not None:
                body.names[item.index.text] = Dim.of(Var.fresh(item.index.text, False))
            check_count(body, part, value, rounds)
    body.restore(inner)
