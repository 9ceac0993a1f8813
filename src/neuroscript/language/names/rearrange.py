"""`=> [..]`: what does the rearranging, and the names it gives."""

from __future__ import annotations

from neuroscript.diagnostics import nearest
from neuroscript.language.names.calls import callee
from neuroscript.language.names.chain import Bundle, Chain, Failed
from neuroscript.language.names.errors import (
    MisplacedOperation,
    UnknownAnnotation,
    WrongTensorCount,
)
from neuroscript.language.names.flow import (
    Instance,
    Rearranged,
)
from neuroscript.language.names.state import State
from neuroscript.language.syntax import ast

REDUCTIONS = ("mean", "sum", "min", "max", "prod", "logsumexp")


def rearrange(state: State, step: ast.Rearrange, chain: Chain) -> None:
    """`=> [..]` on a single tensor."""
    assert chain.current is not None
    if len(chain.current.tensors) != 1 or chain.current.tensors[0].pack:
        count = len(chain.current.tensors)
        state.sink.add(WrongTensorCount(step.span, "=>", ("in",), count, (), chain.current.span))
        raise Failed
    operation = _operation(state, step)
    source, output = chain.current.tensors[0], state.tensor(step.span)
    named = {dim.name.text: dim.name.span for dim in step.dims if isinstance(dim, ast.NamedDim)}
    state.visible = state.visible.with_captures(named)
    state.steps.append(Rearranged(source, step, operation, output, step.span))
    state.read.add(source.index)
    chain.current = Bundle((output,), ("out",), step.span)
    chain.unnamed.append(output)


def _operation(state: State, step: ast.Rearrange) -> Instance | None:
    """The neuron that reduces or repeats, if it is one; built-in operations need none."""
    if step.annotation is None:
        return None
    kind = step.annotation.text
    if kind not in ("reduce", "repeat"):
        near = tuple(nearest(kind, ("reduce", "repeat")))
        state.sink.add(UnknownAnnotation(step.annotation.span, kind, near, ("reduce", "repeat")))
        raise Failed
    if isinstance(step.operation, ast.Call):
        definition, arguments = callee(state, step.operation)
        if definition is None or arguments is None:
            raise Failed
        if len(definition.neuron.inputs) != 1 or len(definition.neuron.outputs) != 1:
            problem = f"`{definition.name}` does not take one tensor and give one"
            advice = "a neuron with one input and one output can do it"
            state.sink.add(MisplacedOperation(step.operation.span, problem, advice))
            raise Failed
        return Instance(definition, arguments, step.operation.span)
    assert step.operation is not None
    name = step.operation.text
    known: tuple[str, ...] = REDUCTIONS if kind == "reduce" else ("copy",)
    if name not in known:
        similar = nearest(name, known)
        advice = f"did you mean `{similar[0]}`?" if similar else f"it can be {', '.join(known)}"
        problem = f"`@{kind}` knows no `{name}`"
        state.sink.add(MisplacedOperation(step.operation.span, problem, advice))
        raise Failed
    return None
