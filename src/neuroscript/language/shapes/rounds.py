"""One round of an aggregate, picked by its index."""

from __future__ import annotations

from neuroscript.diagnostics import Sink
from neuroscript.language.names.errors import NoSuchPort
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.errors import ArgumentKind
from neuroscript.language.shapes.params import KIND_TEXTS
from neuroscript.language.shapes.values import Abstract, Aggregate, kind_of
from neuroscript.language.syntax import ast


def picked(
    value: ast.MemberValue, aggregate: Abstract, index: Abstract, sink: Sink
) -> Aggregate | None:
    """The round `layers[i]`, counted from the end if negative; None where there is none."""
    if not isinstance(aggregate, Aggregate):
        return None
    if not isinstance(index, Dim):
        kind = kind_of(index)
        if kind not in ("int", ""):
            name, given = value.name.text, KIND_TEXTS.get(kind, kind)
            expected = KIND_TEXTS["int"]
            sink.add(ArgumentKind(value.index.span, name, "the index", expected, given, None))
        return None
    if aggregate.count is None:
        return Aggregate(aggregate.item, aggregate.env, None, index)
    if index.constant is not None and index.constant < 0:
        index = aggregate.count + index
    count, position = aggregate.count.constant, index.constant
    if count is not None and position is not None and not 0 <= position < count:
        ports = tuple(str(i) for i in range(count))
        sink.add(NoSuchPort(value.span, value.name.text, value.index.span.text, ports, None))
        return None
    return Aggregate(aggregate.item, aggregate.env, aggregate.count, index)
