"""What names stand for in a composite, and what it means for the model that a value names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from neuroscript.diagnostics import Sink, Span
from neuroscript.language.counting.counter import NONE, Counter
from neuroscript.language.counting.depends import Depends
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.scope import GlobalDefinition
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.evaluate import Evaluator, global_value
from neuroscript.language.shapes.values import Abstract, Aggregate, AnyNeuron, NeuronValue, OneOf
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import parts_of


class Names:
    """Names, and what each holds; a round looks up those around it in `outer`."""

    def __init__(
        self,
        counter: Counter,
        definition: Definition,
        names: Mapping[str, Abstract],
        bodies: Mapping[Span, Definition],
        outer: Names | None = None,
        outermost: bool = False,
    ) -> None:
        self.counter = counter
        self.definition = definition
        self.names = dict(names)
        self.bodies = bodies
        self.outer = outer
        self.outermost = outermost
        """Whether it belongs to the neuron that is counted."""
        self.amounts: dict[str, Dim] = {}
        self.frozen: set[str] = set()
        self.mentioned: set[str] = outer.mentioned if outer is not None else set()
        """Names that bindings mention."""

    def evaluator(self) -> Evaluator:
        return Evaluator(self.names, Sink(), self.definition.scope, self.bodies)

    def is_size(self, name: str) -> bool:
        """Whether a name is that of a size that only a run tells: it stands for nothing else."""
        scope = self.definition.scope
        known = name in self.names or scope.find_global(name) is not None
        return not known and scope.find(name) is None

    def look_at(self, value: ast.Value) -> list[str]:
        """Note the globals and frozen names in a value; the names that it mentions."""
        names = []
        for part in parts_of(value):
            match part:
                case ast.NameValue(name) | ast.MemberValue(ast.Name(name)):
                    names.append(name)
                    if name not in self.names:
                        self.meet(self.definition.scope.find_global(name))
                case ast.GlobalValue(name):
                    self.meet(self.definition.scope.find_global(name))
                case ast.CallValue(call) if call.name.text == "Freeze" and call.args:
                    self.freeze(call.args[0].value)
                case _:
                    continue
        return names

    def meet(self, found: GlobalDefinition | None) -> None:
        """A neuron global is in the model once."""
        if found is None or found in self.counter.once:
            return
        value = global_value(found, Sink())
        if isinstance(value, NeuronValue):
            self.counter.once[found] = NONE
            self.counter.once[found] = self.counter.neuron(replace(value, shared=False))

    def freeze(self, value: ast.Value) -> None:
        """What stands elsewhere is frozen there too."""
        match value:
            case ast.NameValue(name) if (room := self.holding(name)) is not None:
                room.frozen.add(name)
            case ast.NameValue(name) if name in self.names:
                given = self.names[name]
                if isinstance(given, NeuronValue) and (given.frozen or not given.shared):
                    return
                if isinstance(given, NeuronValue | AnyNeuron | OneOf | Aggregate):
                    raise Depends(f"what `{self.definition.name}` freezes of what it is given")
            case ast.NameValue(name) | ast.GlobalValue(name):
                found = self.definition.scope.find_global(name)
                if found is not None:
                    self.counter.frozen_once.add(found)
            case ast.MemberValue():
                raise Depends(f"what `{value.span.text}` holds")
            case _:
                return

    def holding(self, name: str) -> Names | None:
        """What binds a name."""
        if name in self.definition.params:
            return None
        room: Names | None = self
        while room is not None:
            if name in room.amounts or room.binds(name):
                return room
            room = room.outer
        return None

    def binds(self, name: str) -> bool:
        return self.outer is None and name in self.definition.bindings
