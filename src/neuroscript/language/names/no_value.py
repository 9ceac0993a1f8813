"""What to say of a name that stands for no value where one is read."""

from __future__ import annotations

from collections.abc import Sequence

from neuroscript.diagnostics import Span, nearest
from neuroscript.language.names.chain import Failed
from neuroscript.language.names.errors import (
    BranchLocal,
    CannotBeUsedHere,
    MixedTuple,
    OuterTensor,
    UnknownName,
)
from neuroscript.language.names.shared import makes
from neuroscript.language.names.state import State
from neuroscript.language.syntax import ast


def tell_no_value(state: State, node: ast.Node) -> None:
    """Tell what a name means that was read as a value, or that it means nothing."""
    name = node.name.text
    if state.neuron.damaged:
        return  # it may be given in a line that was left out
    if state.definition.outer is not None and name in state.definition.outer:
        state.sink.add(OuterTensor(node.span, name))
    elif name in state.branch_names:
        state.sink.add(BranchLocal(node.span, name, state.branch_names[name]))
    elif name in state.definition.params:
        declared = state.definition.params[name].span
        advice = "parameters are used in the arguments of calls"
        state.sink.add(CannotBeUsedHere(node.span, name, "a parameter", advice, declared))
    elif name in state.definition.bindings:
        declared = state.definition.bindings[name].span
        start = "" if makes(state, ast.Node(node.name, None, node.span)) else "in -> "
        advice = f"apply it first: `{start}{name} -> ..`"
        state.sink.add(CannotBeUsedHere(node.span, name, "a binding", advice, declared))
    elif state.definition.scope.find(name) is not None:
        state.sink.add(neuron_as_name(state, node))
    else:
        near = tuple(nearest(name, state.sources())) if state.sink.error_count < 50 else ()
        state.sink.add(UnknownName(node.span, name, near, _later(state, node)))


def neuron_as_name(state: State, node: ast.Node) -> CannotBeUsedHere:
    """A neuron that stands where a value or a binding can."""
    name = node.name.text
    found = state.definition.scope.find(name)
    bare = node.port is None and node.at is None
    params = found.neuron.params if found is not None else ()
    call = bare and all(param.default is not None for param in params)
    return CannotBeUsedHere(node.span, name, "a neuron", f"write `{name}()`", call=call)


def _later(state: State, node: ast.Node) -> Span | None:
    """Where a name is given after it is used."""
    places = state.mentions.get(node.name.text, ())
    return next((span for span in places if span.start > node.span.start), None)


def refuse_outer(state: State, nodes: Sequence[ast.Node]) -> None:
    """In the body of a `@wrap`: a tensor of the graph around it is no source."""
    for node in nodes:
        outer = state.definition.outer or frozenset()
        if node.name.text in outer and not state.is_defined(node, True):
            state.sink.add(OuterTensor(node.span, node.name.text))
            raise Failed


def refuse_mixed(state: State, step: ast.TupleStep, known: Sequence[bool]) -> None:
    """Some items of a tuple are values and some are not: it is neither source nor destination."""
    if state.neuron.damaged:
        raise Failed
    new = [item for item, is_known in zip(step.items, known, strict=True) if not is_known]
    near = [name for item in new for name in nearest(item.name.text, state.sources())]
    places = []
    for item in new:
        bound = item.name.text in state.definition.bindings
        problem = "is a binding that is not applied yet" if bound else "is not defined"
        places.append((item.span, f"`{item.name}` {problem}"))
        later = _later(state, item)
        if later is not None:
            places[-1] = item.span, f"`{item.name}` is not defined yet"
            places.append((later, f"`{item.name}` is defined here, later"))
    state.sink.add(MixedTuple(step.span, tuple(places), tuple(near[:3])))
    raise Failed
