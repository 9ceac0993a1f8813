"""What is left when all lines of a graph are read: outputs, loose ends, and what nothing uses."""

from __future__ import annotations

from typing import assert_never

from neuroscript.diagnostics import nearest
from neuroscript.language.names.errors import LikelySlip, NeverWritten, TakenImplicitly, Unused
from neuroscript.language.names.flow import (
    Apply,
    Inline,
    Instance,
    ParamCall,
    Shared,
    Target,
    Tensor,
    all_steps,
    outputs_of,
)
from neuroscript.language.names.state import State


def output_of(state: State, name: str) -> Tensor | None:
    """What an output takes; a sole output that is never written takes the one loose end."""
    if name in state.written:
        return state.written[name][0].tensors[0]
    if state.failed or state.neuron.damaged:
        return None
    loose = _loose_ends(state)
    port = state.neuron.outputs[state.definition.output_names.index(name)]
    if len(state.neuron.outputs) == 1 and len(loose) == 1:
        if state.definition.outer is None:
            state.sink.add(TakenImplicitly(port.span, name, loose[0].span))
        state.read.add(loose[0].index)
        return loose[0]
    state.sink.add(NeverWritten(port.span, name, tuple(tensor.span for tensor in loose)))
    state.failed = True
    return None


def _loose_ends(state: State) -> list[Tensor]:
    """Values of the graph itself, not of its branches, that nothing takes."""
    made = [tensor for step in state.steps for tensor in outputs_of(step)]
    return [tensor for tensor in made if tensor.index not in state.read]


def check_unread_names(state: State) -> None:
    """A name that nothing reads is a slip if it looks like another, else it is unused."""
    for name, span in state.unread_names.items():
        scope = [
            *state.definition.input_names,
            *state.definition.output_names,
            *state.definition.params,
            *state.definition.bindings,
            *(other for other in state.named if other not in state.unread_names),
            "in",
            "out",
        ]
        if name[0].isupper():  # written like a neuron
            scope += state.definition.scope.names()
        near = tuple(other for other in nearest(name, scope) if not _numbered(name, other))
        if near:
            state.sink.add(LikelySlip(span, name, near))
            state.failed = True


def check_unused(state: State) -> None:
    """Values, results and bindings that nothing uses, where no mistake can be the reason."""
    if state.failed or state.neuron.damaged:
        return
    for name, span in state.unread_names.items():
        tensors = state.named[name].bundle.tensors
        if tensors and not any(tensor.index in state.read for tensor in tensors):
            state.sink.add(Unused(span, "value", name))
            state.take(tensors)
    for step in all_steps(tuple(state.steps)):
        if isinstance(step, Apply) and step.outputs:
            if not any(tensor.index in state.read for tensor in step.outputs):
                state.sink.add(Unused(step.span, "result of", _target_name(step.target)))
    for name, item in state.definition.bindings.items():
        if name not in state.values.used:
            state.sink.add(Unused(item.name.span, "binding", name))


def _target_name(target: Target) -> str:
    match target:
        case Instance(definition):
            return definition.name
        case ParamCall(param):
            return param
        case Shared(value) | Inline(value):
            return value.span.text
        case _:
            assert_never(target)


def _numbered(one: str, other: str) -> bool:
    """Whether two names are told apart by their numbers: `v1` is no slip for `v10`."""
    letters = one.rstrip("0123456789")
    return letters == other.rstrip("0123456789") and letters not in (one, other)
