"""Calls in a graph: which neuron each one builds, and how a value flows through it."""

from __future__ import annotations

from neuroscript.diagnostics import Span
from neuroscript.language.names.arguments import bind
from neuroscript.language.names.chain import Bundle, Chain, Failed
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.errors import (
    CannotBeBuilt,
    OutputsNotCounted,
    UnknownNeuron,
    WrongTensorCount,
)
from neuroscript.language.names.flow import Apply, Inline, Instance, ParamCall, Target
from neuroscript.language.names.ports import Ports, ports_of
from neuroscript.language.names.state import State
from neuroscript.language.syntax import ast


def apply_call(state: State, call: ast.Call, chain: Chain) -> None:
    """Put what flows through the neuron that a call builds."""
    assert chain.current is not None
    name = call.name.text
    if name == "Freeze" or name in state.definition.params or name in state.visible.bindings:
        if not state.values.call(call, state.visible, None):
            raise Failed
    if name == "Freeze":
        _apply_frozen(state, call, chain)
        return
    if name in state.definition.neuron_params:
        ports = state.known.get(name, Ports.unknown(name))
        apply(state, ParamCall(name, call.args, call.span), ports, chain, call.span)
        return
    definition, arguments = callee(state, call)
    if definition is None:
        raise Failed
    counted = Ports.of_call(definition, arguments or {})
    if counted is None and arguments is not None:
        state.sink.add(OutputsNotCounted(call.span, name, str(definition.counted_by)))
        raise Failed
    ports = counted or Ports.of(definition)
    if arguments is None:
        state.failed = True
        apply(state, None, ports, chain, call.span)
    else:
        apply(state, Instance(definition, arguments, call.span), ports, chain, call.span)


def _apply_frozen(state: State, call: ast.Call, chain: Chain) -> None:
    """`Freeze(F(a))` inline: an instance of its own, like any call."""
    inner = call.args[0].value
    ports = ports_of(inner, state.definition, state.known)
    assert ports is not None
    apply(state, Inline(ast.CallValue(call, call.span), call.span), ports, chain, call.span)


def callee(
    state: State, call: ast.Call
) -> tuple[Definition | None, dict[str, ast.Argument] | None]:
    """The neuron that a call means, and its arguments; None for what is wrong."""
    name, scope = call.name.text, state.definition.scope
    names_known = [state.values.check(arg.value, state.visible) for arg in call.args]
    definition = scope.find(name)
    if definition is None:
        if scope.find_global(name) is not None:
            advice = f"there is one for the whole model: write `{name}`"
            state.sink.add(CannotBeBuilt(call.span, name, "is built already", advice, None))
        elif not scope.is_missing(name):
            state.sink.add(UnknownNeuron(call.name.span, name, scope.near(name)))
        return None, None
    bound = bind(call, definition, state.sink)
    return definition, bound if all(names_known) else None


def apply(state: State, target: Target | None, ports: Ports, chain: Chain, span: Span) -> None:
    """Put what flows through a target; None stands for one whose arguments are wrong."""
    incoming = chain.current
    assert incoming is not None
    _check_count(state, span, ports, incoming)
    names = incoming.ports if ports.same else (ports.outputs or ("out",))
    outputs = tuple(state.tensor(span) for _ in names)
    if target is not None:
        state.steps.append(Apply(target, incoming.tensors, outputs, span))
    state.take(incoming.tensors)
    chain.current = Bundle(outputs, names, span)
    chain.unnamed.extend(outputs)


def _check_count(state: State, span: Span, ports: Ports, incoming: Bundle) -> None:
    """Whether a target takes as many tensors as arrive."""
    packs = any(tensor.pack for tensor in incoming.tensors)
    if ports.inputs is None or ports.variadic:
        fits = len(incoming.tensors) > 0
    else:
        fits = not packs and len(incoming.tensors) == len(ports.inputs)
    if fits:
        return
    declared: tuple[Span, ...] = ()
    if ports.definition is not None and not ports.definition.library:
        declared = tuple(port.span for port in ports.definition.neuron.inputs)
    count, place = len(incoming.tensors), incoming.span if incoming.tensors else None
    inputs = ports.inputs or ("in",)
    state.sink.add(WrongTensorCount(span, ports.name, inputs, count, declared, place))
    raise Failed
