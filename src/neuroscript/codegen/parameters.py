"""Parameters of `__init__`: their types, and defaults as Python evaluates them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from neuroscript.codegen.expression import Expressions, Names
from neuroscript.codegen.kinds import TYPES, param_kinds
from neuroscript.codegen.writer import Writer
from neuroscript.diagnostics import Sink
from neuroscript.language.shapes.evaluate import global_value
from neuroscript.language.shapes.values import NeuronValue, kind_of
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import mentioned

if TYPE_CHECKING:
    from neuroscript.codegen.neuron import NeuronClass


_WORD = re.compile(r"\w+")


class Parameters:
    """Writes the parameters of a neuron, and to `late` the defaults that need what `__init__` has.

    They are written before anything else of `__init__`.
    """

    def __init__(self, owner: NeuronClass) -> None:
        self.owner = owner
        self.constructor = owner.constructor
        self.kinds = param_kinds(owner.definition)
        self.late = Writer(2, owner.definition.span)
        self.texts = self.written()

    def written(self) -> list[str]:
        init = self.owner.init
        self.owner.init = self.owner.top = self.late
        texts = [self.param(param) for param in self.owner.definition.neuron.params]
        self.owner.init = self.owner.top = init
        return texts

    def param(self, param: ast.Param) -> str:
        name = self.owner.params[param.name.text]
        if param.name.text in self.owner.definition.neuron_params:
            self.owner.imports.typing.add("Callable")
            return self.neuron(name, param.default)
        kind = self.kinds[param.name.text]
        type_ = self.list_type(param.default) if kind == "list" else TYPES.get(kind, "Any")
        self.owner.imports.typing.update({"Any", "Sequence"} & set(_WORD.findall(type_)))
        if param.default is None:
            return f"{name}: {type_}"
        return self.with_default(name, type_, param.default)

    def list_type(self, default: ast.Value | None) -> str:
        """Of whole numbers, unless the default has something else in it."""
        items = self.constructor.value(default) if default is not None else ()
        kinds = {kind_of(item) for item in items} if isinstance(items, tuple) else set()
        if kinds == {"int", "float"}:
            kinds = {"float"}
        of = TYPES.get(kinds.pop(), "Any") if len(kinds) == 1 else "Any" if kinds else "int"
        return f"Sequence[{of}]"

    def neuron(self, name: str, default: ast.Value | None) -> str:
        type_ = "nn.Module | Callable[..., nn.Module]"
        if default is None:
            return f"{name}: {type_}"
        text = self.constructor.neurons.factory(default)
        if not self.needs_init(default):
            return f"{name}: {type_} = {text}"
        self.fill(name, text, default)
        return f"{name}: {type_} | None = None"

    def needs_init(self, default: ast.Value) -> bool:
        """Whether a neuron is made from other parameters, or of what the model has one of."""
        scope = self.owner.definition.scope
        for name in mentioned(default):
            found = scope.find_global(name)
            if name in self.owner.params:
                return True
            if found is not None and isinstance(global_value(found, Sink()), NeuronValue):
                return True
        return False

    def fill(self, name: str, text: str, default: ast.Value) -> None:
        """Give a parameter its default in `__init__`."""
        self.late.line(f"if {name} is None:")
        with self.late.indented():
            self.constructor.divisions.guard_apart(default)
            self.late.line(f"{name} = {text}")

    def with_default(self, name: str, type_: str, value: ast.Value) -> str:
        """A default; one that Python would evaluate before the arguments it needs comes late."""
        if isinstance(value, ast.Literal) and value.value is None:
            type_ = f"{type_} | None"
        used: set[str] = set()

        def noted(name: str) -> str:
            used.add(name)
            return name

        default = self.values(noted).text(value)
        if used & set(self.owner.params):
            self.fill(name, self.values(self.owner.params.get).text(value), value)
            return f"{name}: {type_} | None = None"
        if isinstance(self.constructor.value(value), tuple):
            return self.with_list(name, type_, default, value)
        return f"{name}: {type_} = {default}"

    def with_list(self, name: str, type_: str, default: str, value: ast.Value) -> str:
        """A list as a default: a tuple, since all calls share it; lists in it are made anew."""
        items = default[1:-1]
        if "[" in items:
            self.fill(name, default, value)
            return f"{name}: {type_} | None = None"
        comma = "," if items and ", " not in items else ""
        return f"{name}: {type_} = ({items}{comma})"

    def values(self, names: Names) -> Expressions:
        return Expressions(names, self.constructor.kind, self.constructor.neurons.text)
