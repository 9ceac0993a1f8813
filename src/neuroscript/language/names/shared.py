"""Names in a graph that stand for something to apply: bindings, members, parameters, globals."""

from __future__ import annotations

from neuroscript.language.names.calls import apply
from neuroscript.language.names.chain import Chain, Failed
from neuroscript.language.names.errors import NoSuchPort
from neuroscript.language.names.flow import Shared
from neuroscript.language.names.ports import ports_of
from neuroscript.language.names.state import State
from neuroscript.language.syntax import ast


def makes(state: State, step: ast.Step) -> bool:
    """Whether a step is a neuron without inputs: a call, or a binding not yet applied."""
    match step:
        case ast.Call(name):
            found = state.definition.scope.find(name.text)
            own = name.text in state.definition.params
            return not own and found is not None and not found.neuron.inputs
        case ast.Node(port=None, at=None) if not state.is_defined(step, True):
            shared = shared_value(state, step)
            if shared is None:
                return False
            ports = ports_of(shared, state.definition, state.known)
            return ports is not None and ports.inputs == ()
        case _:
            return False


def shared_value(state: State, node: ast.Node) -> ast.NameValue | ast.MemberValue | None:
    """The binding, aggregate, member, Neuron parameter or neuron global that a node means."""
    name = node.name.text
    if node.at is not None:
        return _member(state, node, node.at)
    is_global = (
        state.definition.scope.find_global(name) is not None
        and name not in state.definition.input_names
        and name not in state.named
    )
    if name in state.visible.bindings or name in state.definition.neuron_params or is_global:
        value = ast.NameValue(name, node.name.span)
        return value if ports_of(value, state.definition, state.known) is not None else None
    return None


def _member(state: State, node: ast.Node, index: ast.Value) -> ast.MemberValue:
    """`group[i].part`, or `name[i]`."""
    name = node.name.text
    member = ast.Name(str(node.port), node.span) if node.port is not None else None
    value = ast.MemberValue(node.name, member, index, node.span)
    known = state.values.check(value, state.visible)
    if ports_of(value, state.definition, state.known) is None:
        item = state.definition.bindings.get(name)
        parts = tuple(part.name.text for part in item.items) if isinstance(item, ast.Unroll) else ()
        declared = item.span if item is not None else None
        if known:
            state.sink.add(NoSuchPort(node.span, name, node.port or 0, parts, declared))
        raise Failed
    if not known:
        raise Failed
    return value


def apply_shared(
    state: State, node: ast.Node, value: ast.NameValue | ast.MemberValue, chain: Chain
) -> None:
    """Put what flows through a thing that is built once."""
    name = node.name.text
    ports = ports_of(value, state.definition, state.known)
    assert ports is not None
    state.values.used.add(name)
    apply(state, Shared(value, node.span), ports, chain, node.span)
    if node.at is None and name in state.visible.bindings and chain.current is not None:
        state.results[name] = chain.current
