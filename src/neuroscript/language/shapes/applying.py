"""The step in a body that applies something: what that is, and what it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, assert_never

from neuroscript.language.names.flow import Apply, Inline, Instance, ParamCall, Shared, Tensor
from neuroscript.language.shapes.apply import Applier
from neuroscript.language.shapes.run_time_sizes import note_sizes
from neuroscript.language.shapes.types import Arriving
from neuroscript.language.shapes.values import Abstract, NeuronValue
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.language.shapes.body import Body


def applied(body: Body, step: Apply) -> bool:
    """Whether the types of the results are known now; what is wrong has been reported if not."""
    value, arguments = _target(body, step)
    arriving = _arriving(body, step.inputs)
    if arriving is None or value is None:
        return False
    applier = Applier(body, step.span, arguments, len(step.outputs))
    outputs = applier.apply(value, arriving)
    if outputs is None or len(outputs) != len(step.outputs):
        return False
    for tensor, type_ in zip(step.outputs, outputs, strict=True):
        body.types[tensor.index] = type_
    return True


def _arriving(body: Body, tensors: Sequence[Tensor]) -> list[Arriving] | None:
    if not all(tensor.index in body.types for tensor in tensors):
        return None
    return [Arriving(body.types[t.index], t.span, t.pack) for t in tensors]


def _target(body: Body, step: Apply) -> tuple[Abstract | None, Mapping[str, ast.Argument]]:
    """What is applied, and the arguments that explain its sizes."""
    match step.target:
        case Instance(definition, arguments):
            args = body.evaluator().arguments(definition, arguments, step.span)
            if args is None:
                return None, arguments
            note_sizes(body, arguments, dict(args))
            return NeuronValue(definition, args), arguments
        case ParamCall(param, args, span):
            return body.evaluator().param_call(param, args, span), {}
        case Inline(value) | Shared(value):
            return body.evaluator().value(value), {}
        case _:
            assert_never(step.target)
