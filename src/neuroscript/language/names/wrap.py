"""`@wrap`: a value through a neuron that is given another."""

from __future__ import annotations

from neuroscript.language.names.arguments import bind
from neuroscript.language.names.calls import apply
from neuroscript.language.names.chain import Chain, Failed
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.errors import (
    MisplacedOperation,
    NoNeuronParameter,
    UnknownNeuron,
)
from neuroscript.language.names.flow import (
    Instance,
)
from neuroscript.language.names.ports import Ports, ports_of
from neuroscript.language.names.shared import shared_value
from neuroscript.language.names.state import State
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import mentioned_in_block


def wrap(state: State, step: ast.Wrap, chain: Chain) -> None:
    """`v -> @wrap(W, a): target` is v through `W(target, a)`."""
    definition, rest = _wrapper(state, step)
    target = _wrapped(state, step)
    first = definition.neuron_params[0]
    call = ast.Call(
        ast.Name(definition.name, step.span),
        (ast.Argument(None, target, step.target.span), *rest),
        step.span,
    )
    known = [state.values.check(arg.value, state.visible) for arg in rest]
    arguments = bind(call, definition, state.sink)
    if arguments is None or not all(known) or first not in arguments:
        raise Failed
    instance = Instance(definition, arguments, step.span)
    apply(state, instance, Ports.of(definition), chain, step.span)


def _wrapper(state: State, step: ast.Wrap) -> tuple[Definition, tuple[ast.Argument, ...]]:
    """The neuron that wraps, and the arguments behind the one it wraps."""
    first = step.args[0] if step.args else None
    if first is None or first.keyword is not None or not isinstance(first.value, ast.NameValue):
        advice = "its first argument is the name of a neuron: `@wrap(Skip): ..`"
        state.sink.add(MisplacedOperation(step.span, "`@wrap` without a neuron", advice))
        raise Failed
    name, scope = first.value.name, state.definition.scope
    definition = scope.find(name)
    if definition is None:
        if not scope.is_missing(name):
            state.sink.add(UnknownNeuron(first.span, name, scope.near(name)))
        raise Failed
    params = tuple(definition.params)
    if not params or params[0] not in definition.neuron_params:
        state.sink.add(NoNeuronParameter(first.span, name, definition.span))
        raise Failed
    return definition, step.args[1:]


def _wrapped(state: State, step: ast.Wrap) -> ast.Value:
    """What is wrapped, as a value."""
    if isinstance(step.target, ast.Block):
        body = _body(state, step.target)
        state.bodies[step.target.span] = body
        state.values.used |= {name for name in body.params if name in state.visible.bindings}
        return ast.BlockValue(step.target, step.target.span)
    node = step.target
    shared = shared_value(state, node)
    if shared is not None:
        state.values.used.add(node.name.text)
        return shared
    value = ast.NameValue(node.name.text, node.span)
    if state.definition.scope.find(node.name.text) is None:
        near = state.definition.scope.near(node.name.text)
        state.sink.add(UnknownNeuron(node.span, node.name.text, near))
        raise Failed
    return value


def _body(state: State, block: ast.Block) -> Definition:
    """A wrapped block as a neuron: what it names of the neuron around it are its parameters."""
    outer = state.definition
    span = block.span
    params: list[ast.Param] = []
    for name in dict.fromkeys(mentioned_in_block(block)):
        is_neuron = name in outer.neuron_params or (
            name in state.visible.bindings and _is_neuron(state, name)
        )
        visible = (*outer.params, *state.visible.bindings, *state.visible.indices)
        if name in visible:
            kind = ast.Name("Neuron", span) if is_neuron else None
            if not is_neuron and name in outer.params:
                kind = outer.params[name].kind
            params.append(ast.Param(ast.Name(name, span), kind, None, span))
    for name in mentioned_in_block(block):  # what it must not use is told there, not as unused
        state.unread_names.pop(name, None)
        if name in state.named:
            state.take(state.named[name].bundle.tensors)
    star = ast.ShapeExpr((ast.StarDim(None, span),), span)
    neuron = ast.Neuron(
        name=ast.Name(f"{outer.name}Body", span),
        params=tuple(params),
        inputs=(ast.Port(None, star, None, False, span),),
        outputs=(ast.Port(None, star, None, False, span),),
        impls=(),
        graphs=(ast.Graph(ast.Block(_with_output(block.lines), span), span),),
        items=(),
        doc=None,
        span=span,
    )
    tensors = frozenset(("in", "out", *outer.input_names, *outer.output_names, *state.named)) - {
        "in",
        "out",
    }
    return Definition(neuron, outer.scope, outer.library, tensors)


def _with_output(lines: tuple[ast.Line, ...]) -> tuple[ast.Line, ...]:
    """What the last line gives is the output."""
    place = lines[-1].span
    out = ast.Node(ast.Name("out", place), None, place)
    return (*lines, ast.Line((out,), None, True, place))


def _is_neuron(state: State, name: str) -> bool:
    value = ast.NameValue(name, state.definition.span)
    return ports_of(value, state.definition, state.known) is not None
