"""Kinds of parameters are those of the language (NS506)."""

from __future__ import annotations

from neuroscript.diagnostics import Diagnostic, nearest, or_list, record
from neuroscript.language.rules.rule import Context
from neuroscript.language.shapes.values import KINDS


@record
class UnknownKind(Diagnostic):
    code = "NS506"
    name: str

    @property
    def message(self) -> str:
        return f"unknown kind `{self.name}`"

    @property
    def help(self) -> str:
        near = nearest(self.name, KINDS)
        return f"did you mean {or_list(near)}?" if near else f"kinds are {or_list(KINDS)}"


def known_kinds(context: Context) -> None:
    for neuron in context.program.neurons:
        for param in neuron.params:
            if param.kind is not None and param.kind.text not in KINDS:
                context.sink.add(UnknownKind(param.kind.span, param.kind.text))
