"""From what inference found of a neuron to its signature."""

from __future__ import annotations

from typing import Any

from neuroscript.diagnostics import Sink
from neuroscript.language.makers import last_of
from neuroscript.language.names.definition import Definition
from neuroscript.language.shapes.evaluate import Evaluator
from neuroscript.language.shapes.infer import Inference
from neuroscript.language.shapes.params import param_kind
from neuroscript.language.shapes.types import Inferred, TensorType
from neuroscript.language.shapes.values import to_python
from neuroscript.language.signature import Param, Port, Signature, sizes
from neuroscript.language.syntax import ast


def signature_of(definition: Definition, inferred: Inferred, inference: Inference) -> Signature:
    """Ports, parameters and documentation of a neuron."""
    ports = definition.neuron
    inputs = zip(definition.input_names, ports.inputs, inferred.inputs, strict=True)
    outputs = zip(definition.output_names, ports.outputs, inferred.outputs, strict=True)
    return Signature(
        definition.name,
        tuple(_param(definition, name) for name in definition.params),
        tuple(_port(name, port, type_) for name, port, type_ in inputs),
        tuple(
            _port(name, port, type_, last_of(inferred, i, inference))
            for i, (name, port, type_) in enumerate(outputs)
        ),
        ports.doc.text if ports.doc else "",
        definition.span,
    )


def _param(definition: Definition, name: str) -> Param:
    param = definition.params[name]
    default: Any = ...
    if param.default is not None:
        default = to_python(Evaluator({}, Sink(), definition.scope).value(param.default))
        if default is ...:
            default = param.default.span.text
    return Param(name, default, param_kind(param, definition), param.span.text)


def _port(name: str, port: ast.Port, type_: TensorType, last: str | None = None) -> Port:
    dtype = type_.dtype if isinstance(type_.dtype, str) else "float"
    return Port(name, port.name is not None, sizes(type_.shape), dtype, port.span, last)
