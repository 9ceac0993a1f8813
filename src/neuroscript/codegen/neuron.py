"""One neuron as an nn.Module class."""

from __future__ import annotations

from typing import Protocol

from neuroscript.codegen.construct import Constructor
from neuroscript.codegen.declaration import declaration
from neuroscript.codegen.forward import Variables, is_alias
from neuroscript.codegen.guards import write_guards
from neuroscript.codegen.imports import Imports
from neuroscript.codegen.naming import INIT_NAMES, MODULE_ATTRIBUTES, Names, attribute_name, safe
from neuroscript.codegen.own_host import write_own_host
from neuroscript.codegen.parameters import Parameters
from neuroscript.codegen.steps import Steps
from neuroscript.codegen.uses import uses
from neuroscript.codegen.writer import Line, Text, Writer
from neuroscript.diagnostics import InternalError
from neuroscript.language.names.flow import Choice, Region, Selection, regions
from neuroscript.language.shapes.types import Inferred
from neuroscript.language.shapes.values import NeuronValue
from neuroscript.language.syntax.walk import mentioned_values


class NeuronClass:
    """Writes the class of one neuron, as one instantiation of its Neuron parameters needs it.

    `classes` names the class of a neuron value; `shares` says whether it takes `_shared`.
    """

    def __init__(self, inferred: Inferred, classes: Classes, imports: Imports, name: str) -> None:
        self.inferred = inferred
        self.definition = inferred.definition
        self.classes = classes
        self.imports = imports
        self.name = name
        self.attributes = Names(MODULE_ATTRIBUTES)
        wanted = {name: attribute_name(name) for name in self.definition.bindings}
        self.bound = {name: self.attributes.take(text) for name, text in wanted.items()}
        """Attributes of bindings; those of inline calls come behind them."""
        self.stored: dict[str, str] = {}
        """Parameters and constants that `forward` needs, with their attributes."""
        self.shares = False
        """Whether it holds something there is one of in the whole model."""
        self.params = {name: safe(name, INIT_NAMES) for name in self.definition.params}
        self.values = frozenset(mentioned_values(self.definition.neuron))
        """Names that arguments and other bindings mention."""
        self.uses: dict[str, list[str]] = {}
        """For each binding, the conditions under which the graph uses it; empty for always."""
        self.init = self.top = Writer(2, self.definition.span)
        self.constructor = Constructor(self)
        self.parameters = Parameters(self)

    def write(self) -> list[Line]:
        """The lines of the class, and of the tuple it returns if it has several outputs."""
        span = self.definition.span
        out, body = Writer(place=span), Writer(1, span)
        if self.definition.is_graph:
            self.write_forward(body)
        else:
            write_own_host(self, body)
        if len(self.definition.neuron.outputs) > 1:
            self.write_outputs(out)
        out.line(f"class {self.name}(nn.Module):")
        with out.indented():
            out.docstring(declaration(self.definition), self.definition.documentation.prose)
            out.line()
            self.write_init(out)
        out.lines.extend(body.lines)
        return out.lines

    def write_outputs(self, out: Writer) -> None:
        self.imports.typing.add("NamedTuple")
        out.line(f"class {self.name}Output(NamedTuple):")
        with out.indented():
            out.docstring(f"What {self.name} gives.")
            out.line()
            for port in self.definition.output_names:
                out.line(f"{safe(port, _TUPLE_ATTRIBUTES)}: torch.Tensor")
        out.line()
        out.line()

    def write_init(self, out: Writer) -> None:
        params = list(self.parameters.texts)
        if self.shares:
            self.imports.typing.add("Any")
            params += ["*", "_shared: dict[str, Any] | None = None"]
        if not params and not self.init.lines:
            return
        out.wrapped("def __init__(", ["self", *params], ") -> None:")
        with out.indented():
            out.line("super().__init__()")
            if self.shares:
                out.line("_shared = {} if _shared is None else _shared")
            out.lines.extend(self.parameters.late.lines)
            for parameter, attribute in self.stored.items():
                if parameter in self.params:
                    out.line(f"self.{attribute} = {self.params[parameter]}")
            out.lines.extend(self.init.lines)
        out.line()

    def write_forward(self, out: Writer) -> None:
        flow = self.inferred.flow
        if flow is None:
            raise InternalError(f"{self.definition.name} has no flow")
        variables = Variables(self.definition, flow, is_alias, self.arms)
        names = self.constructor.forward_names
        names.tensors = frozenset(variables.names.values())
        names.inputs = tuple(variables[tensor] for tensor in flow.inputs)
        self.uses = uses(self)
        self.constructor.bindings.write()
        body = Writer(out.depth + 1, out.place)
        if self.classes.runtime_checks:
            write_guards(self, body)
        results = [tensor for tensor in flow.outputs if tensor is not None]
        Steps(self, variables, body).write(flow.steps, results)
        inputs = [
            f"{'*' if tensor.pack else ''}{variables[tensor]}: torch.Tensor"
            for tensor in flow.inputs
        ]
        out.wrapped("def forward(", ["self", *inputs], f") -> {self.returns()}:")
        out.lines.extend(names.prologue(out.depth + 1, body.place))
        out.lines.extend(body.lines)

    def arms(self, step: Selection) -> tuple[Region, ...]:
        """The arms of a `match(p)` that this instantiation may take."""
        return regions(self.choice(step))

    def choice(self, step: Selection) -> Choice:
        """What a `match(p)` comes to."""
        return self.inferred.chosen[step.span]

    def returns(self) -> str:
        if self.definition.counted_by is not None:
            return "tuple[torch.Tensor, ...]"
        several = len(self.definition.neuron.outputs) > 1
        return f"{self.name}Output" if several else "torch.Tensor"

    def keep(self, wanted: str, made: Text) -> str:
        """Build something in `__init__` as an attribute; how `forward` reads it."""
        attribute = self.attributes.take(wanted)
        head, items, tail = made
        self.init.wrapped(f"self.{attribute} = {head}", items, tail)
        return f"self.{attribute}"

    def store(self, name: str) -> str:
        """The attribute that keeps a parameter or constant for `forward`."""
        if name not in self.stored:
            self.stored[name] = self.bound.get(name) or self.attributes.take(name)
        return f"self.{self.stored[name]}"


class Classes(Protocol):
    """Names of classes: asked for while one is written, it writes those it needs first."""

    runtime_checks: bool
    """Whether `forward` tests the sizes of what arrives."""

    def of(self, value: NeuronValue) -> str:
        """The name of the class that a neuron with these arguments has."""

    def takes_shared(self, value: NeuronValue) -> bool:
        """Whether its class takes `_shared`."""


_TUPLE_ATTRIBUTES = frozenset({"count", "index"})
