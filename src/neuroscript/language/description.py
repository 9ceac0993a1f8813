"""All there is to say about one neuron."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neuroscript.diagnostics import NeuroScriptError, Severity, Sink, record
from neuroscript.language.bounds import within_bounds
from neuroscript.language.concrete import check_concrete, values_of_params
from neuroscript.language.counting import Count, count_weights
from neuroscript.language.drawing import draw
from neuroscript.language.inferred_signature import signature_of
from neuroscript.language.names.definition import Definition
from neuroscript.language.shapes.infer import Inference
from neuroscript.language.shapes.types import Inferred
from neuroscript.language.signature import Signature


@record
class Description:
    """A neuron, with numbers where its parameters were given."""

    definition: Definition
    signature: Signature
    inferred: Inferred
    weights: Count

    def drawing(self, columns: int) -> list[str]:
        """Its dataflow in lines of at most so many columns; none for a host."""
        return draw(self.inferred, columns)

    @property
    def place(self) -> str:
        """`stdlib/feedforward.ns:9`, where its declaration starts."""
        span = self.definition.span
        return f"{span.source.name}:{span.line}"


def describe(definition: Definition, params: Mapping[str, Any] | None = None) -> Description:
    """Describe a neuron, one of the library or of a file without mistakes.

    Raises NeuroScriptError where values do not fit its parameters, or it comes to too much work.
    """
    with within_bounds(len(definition.span.source.text), lambda: definition):
        return _described(definition, params or {})


def _described(definition: Definition, params: Mapping[str, Any]) -> Description:
    sink, inference = Sink(), Inference(Sink())
    if params:
        inference = check_concrete(definition, params, inference, sink)
    if sink.has_errors:
        raise NeuroScriptError([d for d in sink if d.severity is Severity.ERROR])
    values = values_of_params(definition, params) if params else None
    inferred = inference.signature(definition, values) if values else inference.generic(definition)
    return Description(
        definition,
        signature_of(definition, inferred, inference),
        inferred,
        count_weights(definition, inference, params),
    )
