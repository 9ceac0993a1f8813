"""Parameters of `__init__`: their types, and defaults as Python evaluates them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.codegen.expression import Expressions, Names
from neuroscript.codegen.kinds import TYPES, param_kinds
from neuroscript.codegen.writer import Writer
from neuroscript.language.shapes.values import to_python
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.codegen.neuron import NeuronClass


class Parameters:
    """Writes the parameters of a neuron; `late` are defaults that need other parameters."""

    def __init__(self, owner: NeuronClass) -> None:
        self.owner = owner
        self.constructor = owner.constructor
        self.kinds = param_kinds(owner.inferred)
        self.late: list[tuple[str, str]] = []

    def texts(self) -> list[str]:
        return [self.param(param) for param in self.owner.definition.neuron.params]

    def param(self, param: ast.Param) -> str:
        name = self.owner.params[param.name.text]
        if param.name.text in self.owner.definition.neuron_params:
            self.owner.imports.typing.add("Callable")
            return f"{name}: nn.Module | Callable[..., nn.Module]{self.neuron_default(param)}"
        type_ = TYPES.get(self.kinds[param.name.text])
        if type_ is None:
            self.owner.imports.typing.add("Any")
            type_ = "Any"
        if param.default is None:
            return f"{name}: {type_}"
        return self.with_default(name, type_, param.default)

    def neuron_default(self, param: ast.Param) -> str:
        if param.default is None:
            return ""
        return f" = {self.constructor.neurons.factory(param.default)}"

    def with_default(self, name: str, type_: str, value: ast.Value) -> str:
        """A default; one that Python would evaluate before the arguments it needs comes late."""
        if isinstance(value, ast.Literal) and value.value is None:
            type_ = f"{type_} | None"
        used: set[str] = set()

        def noted(name: str) -> str:
            used.add(name)
            return name

        default = self.written(noted).text(value)
        if used & set(self.owner.params):
            self.late.append((name, self.written(self.owner.params.get).text(value)))
            return f"{name}: {type_} | None = None"
        if used:  # a global: its value
            known = to_python(self.constructor.value(value))
            default = repr(known) if known is not ... else default
        return f"{name}: {type_} = {default}"

    def written(self, names: Names) -> Expressions:
        return Expressions(names, self.constructor.kind, self.constructor.neurons.text)

    def write_late(self, out: Writer) -> None:
        """Fill in the late defaults."""
        for name, value in self.late:
            out.line(f"if {name} is None:")
            out.line(f"    {name} = {value}")
