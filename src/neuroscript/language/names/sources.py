"""Sources: what a line of a graph starts from."""

from __future__ import annotations

from typing import assert_never

from neuroscript.language.names.chain import Bundle, Failed
from neuroscript.language.names.errors import NoSource, NoSuchPort, UnclearPort, UnknownName
from neuroscript.language.names.flow import Pick, Tensor
from neuroscript.language.names.no_value import refuse_mixed, refuse_outer, tell_no_value
from neuroscript.language.names.shared import makes
from neuroscript.language.names.state import State
from neuroscript.language.syntax import ast


def starts(state: State, line: ast.Line, top: bool) -> bool:
    """Whether a line begins a connection of its own."""
    first = line.steps[0]
    followed = len(line.steps) > 1 or line.block is not None
    match first:
        case ast.Call():
            return makes(state, first)
        case ast.Node() if followed and makes(state, first):
            return True
        case ast.Node():
            if followed and first.at is None and not state.is_defined(first, top):
                refuse_outer(state, [first])
            return followed and first.at is None and state.is_defined(first, top)
        case ast.TupleStep():
            refuse_outer(state, first.items)
            known = [state.is_defined(item, True) for item in first.items]
            if followed and any(known) and not all(known):
                refuse_mixed(state, first, known)
            return followed and all(known)
        case ast.If() | ast.Match() | ast.Wrap() | ast.Rearrange():
            return False
        case _:
            assert_never(first)


def refuse_source(state: State, line: ast.Line) -> None:
    """Say why a line that should start a connection does not."""
    if state.neuron.damaged:
        raise Failed
    first = line.steps[0]
    followed = len(line.steps) > 1 or line.block is not None
    if followed and not line.continues and isinstance(first, ast.Node | ast.TupleStep):
        source_of(state, first)
    state.sink.add(NoSource(first.span))


def source_of(state: State, step: ast.Step) -> Bundle:
    """What flows from the first step of a line."""
    match step:
        case ast.Node() if not makes(state, step):
            return _read(state, step)
        case ast.TupleStep(items, span):
            bundles = [_read(state, item) for item in items]
            if not all(bundle.known for bundle in bundles):
                raise Failed
            tensors = tuple(t for bundle in bundles for t in bundle.tensors)
            ports = tuple(p for bundle in bundles for p in bundle.ports)
            return Bundle(tensors, ports, span)
        case _:
            return Bundle((), (), step.span)


def _read(state: State, node: ast.Node) -> Bundle:
    bundle = _lookup(state, node)
    state.unread_names.pop(node.name.text, None)
    if not bundle.known:
        raise Failed
    if node.port is None:
        state.take(bundle.tensors)
        return Bundle(bundle.tensors, bundle.ports, node.span)
    if len(bundle.tensors) == 1 and bundle.tensors[0].pack and isinstance(node.port, int):
        return _pick_from_pack(state, bundle.tensors[0], node, node.port)
    tensor = bundle.pick(node.port)
    if tensor is None:
        made = bundle.tensors[0].span if bundle.tensors else None
        state.sink.add(NoSuchPort(node.span, node.name.text, node.port, bundle.ports, made))
        raise Failed
    state.read.add(tensor.index)
    return Bundle((tensor,), (str(node.port),), node.span)


def _pick_from_pack(state: State, pack: Tensor, node: ast.Node, position: int) -> Bundle:
    state.read.add(pack.index)
    output = state.tensor(node.span)
    state.steps.append(Pick(pack, position, output, node.span))
    state.read.add(output.index)
    return Bundle((output,), (str(position),), node.span)


def _lookup(state: State, node: ast.Node) -> Bundle:
    name = node.name.text
    inputs = state.definition.input_names
    if name == "in" and "in" not in inputs:
        return _lookup_in(state, node)
    if name in inputs:
        return Bundle((state.inputs[inputs.index(name)],), (name,), node.span)
    if name in state.named:
        return state.named[name].bundle
    if name in state.results:
        return state.results[name]
    if name in state.written:
        return state.written[name][0]
    if name == "out" and len(state.written) == 1:
        return next(iter(state.written.values()))[0]
    tell_no_value(state, node)
    raise Failed


def _lookup_in(state: State, node: ast.Node) -> Bundle:
    """`in` where no port has that name: the only input, or one picked behind a dot."""
    inputs = state.definition.input_names
    if node.port is not None or len(inputs) == 1:
        return Bundle(state.inputs, inputs, node.span)
    named = tuple((p.span, p.name.text if p.name else "in") for p in state.neuron.inputs)
    if state.neuron.damaged:
        pass  # it may be declared in a line that was left out
    elif not named:
        state.sink.add(UnknownName(node.span, "in", ()))
    else:
        state.sink.add(UnclearPort(node.span, "in", named))
    raise Failed
