"""Layers whose sizes are known when the model runs: built when the sizes are first met."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.codegen.dims import Sizes
from neuroscript.codegen.errors import SizeNotRead
from neuroscript.codegen.naming import INIT_NAMES, safe, snake_case
from neuroscript.codegen.writer import Text, flat
from neuroscript.diagnostics import NeuroScriptError
from neuroscript.language.names.flow import Apply, Instance
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.values import Abstract, NeuronValue
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import names_in

if TYPE_CHECKING:
    from neuroscript.codegen.steps import Steps


class RunTimeSizes:
    """Writes such layers with `Materialised`, one for each tuple of sizes."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.owner = steps.owner
        self.constructor = steps.constructor

    def applied(self, step: Apply, target: Instance, inputs: list[str]) -> Text | None:
        """The layer applied, if parameters do not give all its sizes."""
        names = self.unknown(target)
        if not names:
            return None
        forward_names = self.constructor.forward_names
        if not all(forward_names.is_size(name) for name in names):
            return self.of_inputs(step, target, inputs)
        sizes = {name: forward_names.text(name) for name in names}
        return self.materialised(target, sizes, inputs)

    def open_arguments(self, target: Instance) -> list[tuple[str, ast.Argument, Abstract]]:
        """The arguments that are sizes and that parameters do not give."""
        given = self.constructor.arguments
        found = []
        for name, argument in target.arguments.items():
            sized = self.owner.inferred.sized.get(argument.span)
            if sized is not None and given.from_params(sized) is None:
                found.append((name, argument, sized))
        return found

    def unknown(self, target: Instance) -> list[str]:
        """The names of sizes in a call's arguments that no parameter gives."""
        scope = self.owner.definition.scope
        names = (
            name.name
            for _, argument, _ in self.open_arguments(target)
            for name in names_in(argument.value)
            if name.name not in self.owner.params
            and name.name not in self.owner.bound
            and scope.find_global(name.name) is None
        )
        return list(dict.fromkeys(names))

    def of_inputs(self, step: Apply, target: Instance, inputs: list[str]) -> Text:
        """Where the contract of an arm names the sizes: what arrives has them."""
        sizes = Sizes(self.axes(step, inputs), self.owner.params.get)
        arguments, values = dict(target.arguments), {}
        for name, argument, sized in self.open_arguments(target):
            value = sizes.text(sized) if isinstance(sized, Dim) else None
            if value is None:
                raise NeuroScriptError([SizeNotRead(argument.span, f"`{argument.span.text}`")])
            values[name] = value
            placed = ast.NameValue(name, argument.span)
            arguments[name] = ast.Argument(None, placed, argument.span)
        given = Instance(target.definition, arguments, target.span)
        return self.materialised(given, values, inputs)

    def axes(self, step: Apply, inputs: list[str]) -> list[tuple[Dim, str]]:
        """The sizes of what arrives, with how each is read."""
        axes: list[tuple[Dim, str]] = []
        for tensor, text in zip(step.inputs, inputs, strict=True):
            shape = self.owner.inferred.tensors[tensor.index].shape
            behind = len(shape.suffix) if shape.seq is not None else 0
            axes += [(dim, f"{text}.shape[{i}]") for i, dim in enumerate(shape.prefix)]
            axes += [(dim, f"{text}.shape[{i - behind}]") for i, dim in enumerate(shape.suffix)]
        return axes

    def materialised(self, target: Instance, sizes: dict[str, str], inputs: list[str]) -> Text:
        """`sizes`: the names that the arguments use, with how `forward` reads each."""
        attribute = self.owner.attributes.take(snake_case(target.definition.name))
        host = self.owner.imports.host("neuroscript.primitives", "Materialised")
        saved = dict(self.constructor.locals)
        names = {name: safe(name, INIT_NAMES) for name in sizes}
        self.constructor.locals.update(names)
        value = self.constructor.evaluator().arguments(target.definition, target.arguments)
        neuron = NeuronValue(target.definition, value or ())
        text = flat(self.constructor.calls.construct(target.definition, target.arguments, neuron))
        self.constructor.locals = saved
        build = f"lambda {', '.join(names.values())}: {text}"
        self.owner.init.wrapped(f"self.{attribute} = {host}(", [build], ")")
        return f"self.{attribute}.at({', '.join([inputs[0], *sizes.values()])})(", inputs, ")"
