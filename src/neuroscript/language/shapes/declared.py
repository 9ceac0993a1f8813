"""Declared ports, with the names in their shapes read as variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from neuroscript.diagnostics import Sink, Span
from neuroscript.language.names.definition import Definition
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.errors import InvalidShape
from neuroscript.language.shapes.evaluate import Evaluator
from neuroscript.language.shapes.shape import Seq, Shape
from neuroscript.language.shapes.types import DType, TensorType, TypeVar
from neuroscript.language.shapes.values import Abstract
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import names_in


class DeclaredPorts:
    """The ports of a neuron whose parameters are `params`."""

    def __init__(
        self,
        definition: Definition,
        params: Mapping[str, Abstract],
        sink: Sink,
        fresh_type: Callable[[], TypeVar],
    ) -> None:
        self.definition = definition
        self.params = params
        self.sink = sink
        self.fresh_type = fresh_type
        self.inputs: list[TensorType] = []
        self.outputs: list[TensorType] = []
        self.names: set[Var] = set()
        """Named sizes of inputs that are no parameters."""
        self.output_only: set[Var] = set()
        self.seqs: set[Seq] = set()
        self._read()

    def _read(self) -> None:
        neuron, shared = self.definition.neuron, self.fresh_type()
        anonymous: Seq | None = None
        for port in neuron.inputs:
            shape = self._shape(port, None)
            if port.shape.dims and isinstance(port.shape.dims[0], ast.StarDim):
                anonymous = anonymous or shape.seq
            self.inputs.append(TensorType(shape, self._type(port, shared)))
        for port in neuron.outputs:
            shape = self._shape(port, anonymous if neuron.impls else None, output=True)
            dtype = self._type(port, shared) if neuron.impls else port.dtype
            self.outputs.append(TensorType(shape, dtype or self.fresh_type()))

    def _type(self, port: ast.Port, shared: TypeVar) -> DType:
        if port.dtype is not None:
            return port.dtype
        return shared if self.definition.neuron.impls else self.fresh_type()

    def _shape(self, port: ast.Port, anonymous: Seq | None, output: bool = False) -> Shape:
        prefix: list[Dim] = []
        suffix: list[Dim] = []
        seq: Seq | None = None
        first_run: Span | None = None
        for i, dim in enumerate(port.shape.dims):
            match dim:
                case ast.StarDim(name, span) if name is not None or i == 0:
                    if seq is not None:
                        self.sink.add(InvalidShape(span, "two runs of dimensions", first_run))
                        continue
                    first_run = span
                    seq = Seq(name) if name else anonymous or Seq.fresh("")
                    if not output:
                        self.seqs.add(seq)
                case ast.StarDim():
                    (prefix if seq is None else suffix).append(Dim.of(Var.fresh("*")))
                case _:
                    (prefix if seq is None else suffix).append(self._dim(dim, output))
        return Shape(tuple(prefix), seq, tuple(suffix))

    def _dim(self, dim: ast.Value, output: bool) -> Dim:
        names: dict[str, Abstract] = dict(self.params)
        scope = self.definition.scope
        for name in names_in(dim):
            if name.name not in names and scope.find_global(name.name) is None:
                names[name.name] = Dim.var(name.name)
                var = Var(name.name)
                if not output:
                    self.names.add(var)
                elif var not in self.names:
                    self.output_only.add(var)
        value = Evaluator(names, self.sink, scope).size(dim)
        if value is None:
            return Dim.of(Var.fresh("?"))
        if value.constant is not None and value.constant < 1:
            self.sink.add(InvalidShape(dim.span, f"{value} is not a size"))
        return value
