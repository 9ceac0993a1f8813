"""A neuron as it is declared, for those who list many: no shapes are inferred."""

from __future__ import annotations

from collections.abc import Sequence

from neuroscript.language.names.definition import Definition, shape_text
from neuroscript.language.syntax import ast


def declared(definition: Definition) -> str:
    """`Linear(in_dim, out_dim, bias=true): [*, in_dim] -> [*, out_dim]`, on one line.

    >>> from neuroscript.language.names.scope import standard_library
    >>> declared(standard_library().find("Dropout"))
    'Dropout(p=0.5, inplace=false): [*shape] -> [*shape]'
    """
    neuron = definition.neuron
    return f"{definition.heading()}: {_ports(neuron.inputs)} -> {_ports(neuron.outputs)}"


def _ports(ports: Sequence[ast.Port]) -> str:
    return ", ".join(map(_port, ports)) or "()"


def _port(port: ast.Port) -> str:
    star = "*" if port.variadic else ""
    name = f"{star}{port.name.text} " if port.name is not None else ""
    kind = f" {port.dtype}" if port.dtype not in (None, "float") else ""
    return f"{name}{shape_text(port.shape)}{kind}"


def text_of(definition: Definition, with_comment: bool = True) -> str:
    """Its source, with the comment before it or without.

    >>> from neuroscript.language.names.scope import standard_library
    >>> print(text_of(standard_library().find("Tanh"), with_comment=False))
    neuron Tanh:
        in: [*] float
        out: [*] float
        impl: torch,nn/Tanh
    """
    doc, text = definition.neuron.doc, definition.span.source.text
    start = doc.span.start if doc is not None and with_comment else definition.span.start
    end = text.find("\n", definition.span.end)
    while end != -1:
        line = text[end + 1 :].partition("\n")[0]
        if line.strip() and not line.startswith((" ", "\t")):
            break
        end = text.find("\n", end + 1)
    body = text[start:] if end == -1 else text[start:end]
    return body.rstrip()
