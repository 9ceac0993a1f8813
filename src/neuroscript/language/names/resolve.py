"""Names in a graph: from lines and blocks to a flow of tensors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from neuroscript.diagnostics import Sink
from neuroscript.language.names import branches
from neuroscript.language.names.calls import apply_call
from neuroscript.language.names.chain import Bundle, Chain, Failed
from neuroscript.language.names.context import resolve_context
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.destinations import give, give_each
from neuroscript.language.names.endings import check_unread_names, check_unused, output_of
from neuroscript.language.names.flow import Flow
from neuroscript.language.names.forgiving import forgive
from neuroscript.language.names.ports import Ports
from neuroscript.language.names.rearrange import rearrange
from neuroscript.language.names.shared import makes
from neuroscript.language.names.sources import refuse_source, source_of, starts
from neuroscript.language.names.state import State
from neuroscript.language.names.wrap import wrap
from neuroscript.language.syntax import ast


def resolve(definition: Definition, sink: Sink, known: Mapping[str, Ports] | None = None) -> Flow:
    """The flow of a graph neuron; what is wrong with its names goes to `sink`.

    `known` are the ports of its Neuron parameters, where an instantiation says what they are.
    """
    before = sink.error_count
    state = State(definition, sink, known or {})
    state.visible = resolve_context(definition, state.values, sink)
    for graph in definition.neuron.graphs:
        _block(state, graph.block, _entering(state), top=definition.outer is None)
    check_unread_names(state)
    outputs = tuple(output_of(state, name) for name in definition.output_names)
    state.failed |= sink.error_count > before
    check_unused(state)
    return Flow(
        state.inputs,
        tuple(state.steps),
        outputs,
        state.hints,
        not state.failed,
        state.bodies,
        frozenset(state.values.used),
    )


def _entering(state: State) -> Chain:
    """What flows into the graph: nothing, but for the body of a `@wrap`."""
    if state.definition.outer is None:
        return Chain(None)
    state.take(state.inputs)
    incoming = Bundle(state.inputs, state.definition.input_names, state.neuron.span)
    return Chain(incoming, state.inputs[0])


def _block(state: State, block: ast.Block, chain: Chain, top: bool = False) -> None:
    """The lines of a block; one with a mistake is left where the mistake is."""
    for line in block.lines:
        try:
            _line(state, line, chain, top)
        except Failed:
            state.failed = True
            chain.current = None
            forgive(state, line)


def _line(state: State, line: ast.Line, chain: Chain, top: bool) -> None:
    """A line that starts from a source, or goes on from what the chain holds."""
    steps = line.steps
    continues = line.continues or isinstance(steps[0], ast.Rearrange)
    must_start = top and not continues
    if not continues and starts(state, line, top):
        chain.current, chain.unnamed = source_of(state, steps[0]), []
        tensors = chain.current.tensors
        chain.source = tensors[0] if len(tensors) == 1 else None
        steps = steps[1:] if not makes(state, steps[0]) else steps
    elif chain.current is None or must_start:
        if must_start or not state.failed:
            refuse_source(state, line)
        raise Failed
    for i, step in enumerate(steps):
        last = i == len(steps) - 1 and line.block is None
        _step(state, step, chain, last)
    if line.block is not None:
        _block(state, line.block, chain)


def _step(state: State, step: ast.Step, chain: Chain, last: bool) -> None:
    """What the chain holds, through one step."""
    match step:
        case ast.Call():
            apply_call(state, step, chain)
        case ast.Node():
            give(state, step, chain)
        case ast.TupleStep():
            give_each(state, step, chain)
        case ast.If():
            branches.choice(state, step, chain, last, _block)
        case ast.Match():
            branches.match(state, step, chain, last, _block)
        case ast.Wrap():
            wrap(state, step, chain)
        case ast.Rearrange():
            rearrange(state, step, chain)
        case _:
            assert_never(step)
