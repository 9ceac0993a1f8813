"""Whether a value is of the kind that a parameter takes."""

from __future__ import annotations

from neuroscript.diagnostics import Sink
from neuroscript.language.names.definition import Definition
from neuroscript.language.shapes.errors import ArgumentKind
from neuroscript.language.shapes.params import KIND_TEXTS, param_kind, takes_list
from neuroscript.language.shapes.values import Abstract, kind_of
from neuroscript.language.syntax import ast


def check_kind(
    callee: Definition, param: ast.Param, given: ast.Argument, value: Abstract, sink: Sink
) -> None:
    """An argument is what its parameter takes, as far as both are known."""
    expected, actual = param_kind(param, callee), kind_of(value)
    if isinstance(value, tuple) and any(kind_of(item) == "neuron" for item in value):
        expected, actual = "", "neuron"
    if expected in ("Neuron", "NeuronType"):
        expected = "neuron"
    fits = actual in ("", expected) or (not expected and actual != "neuron")
    fits |= actual == "none" and expected != "neuron"
    fits |= expected == "float" and actual == "int"
    fits |= actual in ("list", "str") and takes_list(param, callee)
    if not fits:
        sink.add(
            ArgumentKind(
                given.span,
                callee.name,
                param.name.text,
                KIND_TEXTS.get(expected, expected or "a plain value"),
                KIND_TEXTS.get(actual, actual),
                param.span if not callee.library else None,
            )
        )
