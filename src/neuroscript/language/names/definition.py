"""A neuron together with the scope that its body sees."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from neuroscript.diagnostics import Span
from neuroscript.language.names.documentation import Documentation, documentation
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import names_in

if TYPE_CHECKING:
    from neuroscript.language.names.scope import Scope

NEURON_KINDS = ("Neuron", "NeuronType")


@dataclass(frozen=True, eq=False)
class Definition:
    """Compared by identity: two neurons of one name in two files are two definitions."""

    neuron: ast.Neuron
    scope: Scope = field(repr=False)
    library: bool
    """Whether it belongs to the standard library."""

    outer: frozenset[str] | None = None
    """Of the body of a `@wrap`: the names of tensors around it, which it must not use."""

    @property
    def name(self) -> str:
        return self.neuron.name.text

    @cached_property
    def params(self) -> Mapping[str, ast.Param]:
        return {param.name.text: param for param in self.neuron.params}

    @cached_property
    def neuron_params(self) -> tuple[str, ...]:
        """Parameters that are neurons."""
        return tuple(
            param.name.text
            for param in self.neuron.params
            if param.kind is not None and param.kind.text in NEURON_KINDS
        )

    @cached_property
    def bindings(self) -> Mapping[str, ast.Item]:
        """What its context binds, by name."""
        return {item.name.text: item for item in self.neuron.items}

    @cached_property
    def sizes(self) -> Mapping[str, Span]:
        """The named sizes of its inputs that only a run tells."""
        named = dim_names(port.shape for port in self.neuron.inputs)
        known = {name for name in named if name in self.params or self.scope.find_global(name)}
        return {name: span for name, span in named.items() if name not in known}

    @property
    def span(self) -> Span:
        return self.neuron.span

    @cached_property
    def documentation(self) -> Documentation:
        """What the comment before it says; that of the library in its parts."""
        text = self.neuron.doc.text if self.neuron.doc else ""
        return documentation(text) if self.library else Documentation(text, (), {})

    @property
    def is_graph(self) -> bool:
        return bool(self.neuron.graphs)

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        return tuple(port.name.text if port.name else "in" for port in self.neuron.inputs)

    @cached_property
    def output_names(self) -> tuple[str, ...]:
        return tuple(port.name.text if port.name else "out" for port in self.neuron.outputs)

    @cached_property
    def variadic(self) -> bool:
        inputs = self.neuron.inputs
        return len(inputs) == 1 and inputs[0].variadic

    @property
    def counted_by(self) -> str | None:
        """The parameter that says how many outputs there are, if one does."""
        if not self.library or not any(port.variadic for port in self.neuron.outputs):
            return None
        host = self.neuron.impls[0].host
        options = host.args if isinstance(host, ast.External) else ()
        for option in options:
            if option.keyword is not None and option.keyword.text == "outputs":
                return str(getattr(option.value, "value", ""))
        return None

    def heading(self) -> str:
        """Name and parameters as declared: `Linear(in_dim, out_dim, bias=true)`."""
        params = [_one_line(param.span.text) for param in self.neuron.params]
        return f"{self.name}({', '.join(params)})" if params else self.name


def shape_text(shape: ast.ShapeExpr) -> str:
    """A shape as it is declared, on one line."""
    return f"[{', '.join(_one_line(dim.span.text) for dim in shape.dims)}]"


def _one_line(text: str) -> str:
    """Without the line breaks, comments and trailing commas of a layout over several lines."""
    plain = re.sub(r"\s+", " ", re.sub(r"#[^\n]*", "", text)) if "\n" in text else text
    return re.sub(r"([\[(]) | (?=[\])])|,(?= ?[\])])", r"\1", plain)


def dim_names(shapes: Iterable[ast.ShapeExpr]) -> dict[str, Span]:
    """The names that stand for sizes in shapes, with the first place of each."""
    found: dict[str, Span] = {}
    for shape in shapes:
        for dim in shape.dims:
            if not isinstance(dim, ast.StarDim):
                for name in names_in(dim):
                    found.setdefault(name.name, name.span)
    return found
