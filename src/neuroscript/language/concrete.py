"""Numbers for the parameters of a neuron, and what they say about everything that it reaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from neuroscript.diagnostics import Diagnostic, Severity, Sink, Span, nearest
from neuroscript.language.errors import MissingParameter, UnknownParameter
from neuroscript.language.names.definition import Definition
from neuroscript.language.shapes.errors import SizesAssumed, Within
from neuroscript.language.shapes.evaluate import Evaluator
from neuroscript.language.shapes.infer import Inference
from neuroscript.language.shapes.values import Abstract, from_python


def values_of_params(
    definition: Definition, params: Mapping[str, Any]
) -> dict[str, Abstract] | None:
    """Values for all parameters: as given, else defaults. None if one has neither."""
    values: dict[str, Abstract] = {}
    for name, param in definition.params.items():
        if name in params:
            values[name] = from_python(params[name])
        elif param.default is not None:
            values[name] = Evaluator(values, Sink(), definition.scope).value(param.default)
        else:
            return None
    return values


def check_concrete(
    definition: Definition, params: Mapping[str, Any], symbolic: Inference, sink: Sink
) -> Inference:
    """Everything that the entry reaches, again, with numbers.

    What was assumed with variables is now decided, so those warnings give way to what the
    numbers say.
    """
    _check_names(definition, params, sink)
    values = values_of_params(definition, params)
    if values is None or sink.has_errors:
        return symbolic
    concrete = Inference(Sink())
    concrete.flows = dict(symbolic.flows)
    found = concrete.signature(definition, values)
    reached = [d.span for d in concrete.reached]
    sink.discard(
        lambda d: isinstance(d, SizesAssumed) and any(_inside(d.span, span) for span in reached)
    )
    _add_new(found.problems, sink)
    return concrete


def _add_new(problems: Sequence[Diagnostic], sink: Sink) -> None:
    """What only numbers say."""
    told = {(d.code, d.span) for d in sink}
    for problem in problems:
        inner = problem.inner if isinstance(problem, Within) else problem
        new = problem.severity is Severity.ERROR or isinstance(inner, SizesAssumed)
        if new and (problem.code, problem.span) not in told:
            told.add((problem.code, problem.span))
            sink.add(problem)


def _check_names(definition: Definition, params: Mapping[str, Any], sink: Sink) -> None:
    """Parameters that there are none of, and those without a value where some are given."""
    known = list(definition.params)
    for name in params:
        if name not in known:
            near = tuple(nearest(name, known))
            sink.add(UnknownParameter(definition.span, definition.heading(), name, near))
    missing = tuple(
        name
        for name, param in definition.params.items()
        if param.default is None and name not in params
    )
    if params and missing:
        sink.add(MissingParameter(definition.span, definition.name, missing))


def _inside(place: Span, header: Span) -> bool:
    """Whether a place belongs to the neuron with this header: no other starts in between."""
    if place.source is not header.source or place.start < header.start:
        return False
    return "\nneuron " not in place.source.text[header.end : place.start]
