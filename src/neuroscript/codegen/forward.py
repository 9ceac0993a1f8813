"""Variables of `forward`: a name for each tensor, chosen so that no value is lost."""

from __future__ import annotations

from collections.abc import Callable

from neuroscript.codegen.naming import MODULE_NAMES, safe, snake_case
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.flow import Apply, Flow, Tensor

IsAlias = Callable[[Apply], bool]


class Variables:
    """The variable of each tensor, by index."""

    def __init__(self, definition: Definition, flow: Flow, is_alias: IsAlias) -> None:
        self.flow = flow
        self.is_alias = is_alias
        self.alias: dict[int, int] = {}
        for step in flow.steps:
            if is_alias(step):
                for output in step.outputs:
                    self.alias[output.index] = self.root(step.inputs[0].index)
        self.last_read = self.reads()
        self.names: dict[int, str] = {}
        self.held: dict[str, int] = {}
        """By variable: the tensor it holds at the moment."""
        for tensor, port in zip(flow.inputs, definition.neuron.inputs, strict=True):
            wanted = port.name.text if port.name is not None else "x"
            self.assign(tensor, safe(wanted, MODULE_NAMES), -1)
        for position, step in enumerate(flow.steps):
            if not is_alias(step):
                for output in step.outputs:
                    self.assign(output, self.wanted(output, step, position), position)

    def root(self, index: int) -> int:
        return self.alias.get(index, index)

    def reads(self) -> dict[int, int]:
        """The last step that reads each tensor; results are read behind all steps."""
        last: dict[int, int] = {}
        for position, step in enumerate(self.flow.steps):
            if not self.is_alias(step):
                for tensor in step.inputs:
                    last[self.root(tensor.index)] = position
        for output in self.flow.outputs:
            if output is not None:
                last[self.root(output.index)] = len(self.flow.steps)
        return last

    def assign(self, tensor: Tensor, wanted: str, position: int) -> None:
        """The wanted variable, or the next free one if it holds what is still to be read."""
        name, number = wanted, 2
        while name in self.held and self.last_read.get(self.held[name], -1) > position:
            name, number = f"{wanted}_{number}", number + 1
        self.held[name] = tensor.index
        self.names[tensor.index] = name

    def wanted(self, tensor: Tensor, step: Apply, position: int) -> str:
        hint = self.flow.hints.get(tensor.index)
        if hint is not None and hint.name is not None:
            return safe(hint.name, MODULE_NAMES)
        source = self.root(hint.source.index) if hint is not None and hint.source else -1
        if source in self.names and self.last_read.get(source, -1) <= position:
            return self.names[source]
        return "out" if hint is not None else snake_case(step.instance.definition.name)

    def __getitem__(self, tensor: Tensor) -> str:
        return self.names[self.root(tensor.index)]
