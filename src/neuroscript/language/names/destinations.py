"""Destinations: names behind an arrow, for outputs, things to apply, and values."""

from __future__ import annotations

from neuroscript.language.names.chain import Bundle, Chain, Failed, Named
from neuroscript.language.names.errors import (
    NoSuchPort,
    NotADestination,
    Rebound,
    UnclearPort,
    WrittenTwice,
    WrongNameCount,
)
from neuroscript.language.names.flow import Hint
from neuroscript.language.names.no_value import neuron_as_name
from neuroscript.language.names.shared import apply_shared, shared_value
from neuroscript.language.names.state import State
from neuroscript.language.syntax import ast


def give(state: State, node: ast.Node, chain: Chain) -> None:
    """A name behind an arrow: an output, something to apply, or a new name for the value."""
    name = node.name.text
    output = _output_meant(state, node)
    if output is not None:
        assert chain.current is not None
        _write(state, output, node, chain.current)
        _hint(state, chain, output if len(state.neuron.outputs) > 1 else None)
        return
    shared = shared_value(state, node)
    if shared is not None and node.port is not None and node.at is None:
        state.sink.add(NotADestination(node.span, node.span.text, "one output of it", None))
        raise Failed
    if shared is not None:
        apply_shared(state, node, shared, chain)
        return
    if name in state.visible.bindings:
        declared = state.definition.bindings[name].span
        state.sink.add(NotADestination(node.span, name, "a constant", declared))
        raise Failed
    assert chain.current is not None
    _name(state, node, chain.current, chain)


def _name(state: State, node: ast.Node, value: Bundle, chain: Chain) -> None:
    """`-> name`: the name stands for the value from here on."""
    name = node.name.text
    if name == "in" or name in state.definition.input_names:
        declared = next((p.span for p in state.neuron.inputs), None)
        state.sink.add(NotADestination(node.span, name, "an input", declared))
        raise Failed
    if node.port is not None:
        state.sink.add(NotADestination(node.span, f"{name}.{node.port}", "a port", None))
        raise Failed
    if name in state.definition.params:
        declared = state.definition.params[name].span
        state.sink.add(NotADestination(node.span, name, "a parameter", declared))
        raise Failed
    if state.definition.scope.find(name) is not None:
        state.sink.add(neuron_as_name(state, node))
        raise Failed
    if name in state.named and state.named[name].bundle.known:
        state.sink.add(Rebound(node.span, name, state.named[name].span))
    state.named[name] = Named(value, node.span)
    if not name.startswith("_"):  # said to be of no interest
        state.unread_names[name] = node.span
    _hint(state, chain, name)
    chain.source = value.tensors[0] if len(value.tensors) == 1 else None


def _output_meant(state: State, node: ast.Node) -> str | None:
    """The output port that a node means, if it means one."""
    outputs, name = state.definition.output_names, node.name.text
    if name in outputs and node.port is None:
        return name
    if name != "out":
        return None
    if node.port is None:
        if len(outputs) == 1:
            return outputs[0]
        ports = state.neuron.outputs
        named = tuple((port.span, port.name.text if port.name else "out") for port in ports)
        state.sink.add(UnclearPort(node.span, "out", named))
        raise Failed
    if isinstance(node.port, int) and node.port < len(outputs):
        return outputs[node.port]
    if node.port in outputs:
        return str(node.port)
    state.sink.add(NoSuchPort(node.span, "out", node.port, outputs, None))
    raise Failed


def _write(state: State, output: str, node: ast.Node, value: Bundle) -> None:
    if output in state.written:
        if state.written[output][0].known:
            state.sink.add(WrittenTwice(node.span, output, state.written[output][1]))
        state.take(value.tensors)
        return
    if len(value.tensors) != 1:
        state.sink.add(WrongNameCount(node.span, 1, value.ports or ("no tensor",), value.span))
        raise Failed
    state.written[output] = value, node.span
    state.take(value.tensors)


def give_each(state: State, step: ast.TupleStep, chain: Chain) -> None:
    """A tuple behind an arrow: each name takes its tensor, or all take the only one."""
    value = chain.current
    assert value is not None
    count = len(step.items)
    tensors = value.tensors * count if len(value.tensors) == 1 else value.tensors
    if len(tensors) != count:
        state.sink.add(WrongNameCount(step.span, count, value.ports, value.span))
        raise Failed
    ports = value.ports if len(value.tensors) > 1 else tuple(i.name.text for i in step.items)
    for item, tensor, port in zip(step.items, tensors, ports, strict=True):
        part = Chain(
            Bundle((tensor,), (port,), item.span),
            chain.source,
            [t for t in chain.unnamed if t is tensor],
        )
        give(state, item, part)
    chain.unnamed = []
    chain.current = Bundle(tensors, ports, step.span)


def _hint(state: State, chain: Chain, name: str | None) -> None:
    """Values on the way to a name could be called after it."""
    for tensor in chain.unnamed:
        state.hints.setdefault(tensor.index, Hint(name, chain.source))
    chain.unnamed = []
