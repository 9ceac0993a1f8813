"""Names as `forward` reads them: parameters, constants, globals, sizes of what arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.codegen.naming import INIT_NAMES, safe
from neuroscript.codegen.neuron_values import is_neuron
from neuroscript.codegen.writer import Line
from neuroscript.diagnostics import InternalError, Span
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.codegen.construct import Constructor


class ForwardNames:
    """Says how `forward` reads a name; asking for a parameter or constant stores it."""

    def __init__(self, constructor: Constructor) -> None:
        self.constructor = constructor
        self.owner = constructor.owner
        self.captures: dict[str, str] = {}
        """Sizes where a pattern or the contract of an arm names them."""
        self.sizes: dict[str, str] = {}
        """Sizes of inputs that are read at the start."""
        self.tensors: frozenset[str] = frozenset()
        """The variables that hold tensors, `inputs` those of the ports."""
        self.inputs: tuple[str, ...] = ()

    def text(self, name: str) -> str:
        local = self.captures.get(name)
        if local is not None:
            return local
        if name in self.owner.params:
            return self.owner.store(name)
        return self.constant(name) or self.of_global(name) or self.of_input(name)

    def constant(self, name: str) -> str | None:
        """A plain binding."""
        item = self.owner.definition.bindings.get(name)
        if item is None or is_neuron(self.constructor.env.get(name)):
            return None
        first = name not in self.owner.stored
        text = self.owner.store(name)
        if first:
            with self.constructor.before_blocks():
                self.owner.init.line(f"{text} = {self.constructor.locals[name]}")
        return text

    def of_global(self, name: str) -> str | None:
        found = self.owner.definition.scope.find_global(name)
        return self.constructor.globals.text(found) if found is not None else None

    def of_input(self, name: str) -> str:
        """A size of an input, read at the start."""
        for port, variable in zip(self.owner.definition.neuron.inputs, self.inputs, strict=True):
            for i, dim in enumerate(port.shape.dims):
                if isinstance(dim, ast.NameValue) and dim.name == name:
                    runs = any(isinstance(d, ast.StarDim) for d in port.shape.dims)
                    index = i - len(port.shape.dims) if runs else i
                    local = safe(name, INIT_NAMES | self.tensors | {"F"})
                    tensor = f"{variable}[0]" if port.variadic else variable
                    self.sizes[local] = f"{tensor}.shape[{index}]"
                    return local
        raise InternalError(f"{self.owner.definition.span}: `forward` has no `{name}`")

    def is_size(self, name: str) -> bool:
        """Whether an arm or a port captures a size under a name."""
        return name in self.captures or name in self.port_sizes()

    def port_sizes(self) -> set[str]:
        """The sizes that input ports name."""
        ports = self.owner.definition.neuron.inputs
        dims = (dim for port in ports for dim in port.shape.dims)
        return {dim.name for dim in dims if isinstance(dim, ast.NameValue)}

    def prologue(self, depth: int, place: Span | None) -> list[Line]:
        """The lines that read sizes of inputs."""
        indent = "    " * depth
        return [Line(f"{indent}{name} = {text}", place) for name, text in self.sizes.items()]
