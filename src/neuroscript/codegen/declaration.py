"""The signature of a neuron as it is declared, for the docstring of its class."""

from __future__ import annotations

from neuroscript.language.names.definition import Definition, shape_text
from neuroscript.language.syntax import ast


def declaration(definition: Definition) -> str:
    """`Name(params): inputs -> outputs`, on one line."""
    neuron = definition.neuron
    if definition.outer is not None:
        return f"A body of `@wrap` in {definition.name.removesuffix('Body')}."
    return f"{definition.heading()}: {_ports(neuron.inputs)} -> {_ports(neuron.outputs)}"


def _ports(declared: tuple[ast.Port, ...]) -> str:
    texts = []
    for port in declared:
        name = f"{'*' if port.variadic else ''}{port.name.text} " if port.name else ""
        dtype = f" {port.dtype}" if port.dtype and port.dtype != "float" else ""
        texts.append(f"{name}{shape_text(port.shape)}{dtype}")
    return ", ".join(texts) or "()"
