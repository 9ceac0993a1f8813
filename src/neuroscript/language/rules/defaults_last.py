"""Parameters with defaults come last (NS507)."""

from __future__ import annotations

from collections.abc import Sequence

from neuroscript.diagnostics import Diagnostic, Label, Span, record
from neuroscript.language.rules.rule import Context


@record
class NeedsDefault(Diagnostic):
    code = "NS507"
    name: str
    earlier: Span

    @property
    def message(self) -> str:
        return f"parameter `{self.name}` needs a default, as one before it has one"

    @property
    def labels(self) -> Sequence[Label]:
        return [Label(self.earlier, "has a default")]

    @property
    def help(self) -> str:
        return "put parameters without defaults first"


def defaults_last(context: Context) -> None:
    for neuron in context.program.neurons:
        with_default: Span | None = None
        for param in neuron.params:
            if param.default is not None:
                with_default = with_default or param.span
            elif with_default is not None:
                context.sink.add(NeedsDefault(param.span, param.name.text, with_default))
