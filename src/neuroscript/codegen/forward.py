"""Variables of `forward`: a name for each tensor, chosen so that no value is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from neuroscript.codegen.host import HostExpression, host_of
from neuroscript.codegen.naming import MODULE_NAMES, safe, snake_case
from neuroscript.codegen.passing import aggregate, replaced
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.flow import (
    Apply,
    Choice,
    Dispatch,
    Flow,
    Inline,
    Instance,
    ParamCall,
    Pick,
    Rearranged,
    Region,
    Selection,
    Shared,
    Step,
    Target,
    Tensor,
)

Path = tuple[tuple[int, int], ...]
"""The branches that a place lies in: which choice, which of its regions."""

IsAlias = Callable[[Apply], bool]
Regions = Callable[[Selection], tuple[Region, ...]]


class Variables:
    """The variable of each tensor, by index.

    Steps are numbered as they are written, those of branches inside the one they belong to; a
    variable may be taken again once what it holds is not read any more.
    """

    def __init__(
        self, definition: Definition, flow: Flow, is_alias: IsAlias, arms: Regions
    ) -> None:
        self.definition = definition
        self.flow = flow
        self.is_alias = is_alias
        self.arms = arms
        self.alias: dict[int, int] = {}
        self.reads: dict[int, list[tuple[int, Path]]] = {}
        self.path: Path = ()
        self.position = 0
        self.number(flow.steps)
        self.read((t for t in flow.outputs if t is not None), self.position + 1)
        self.names: dict[int, str] = {}
        self.held: dict[str, int] = {}
        """By variable: the tensor it holds at the moment."""
        self.preferred: dict[int, str] = {}
        for tensor, port in zip(flow.inputs, definition.neuron.inputs, strict=True):
            wanted = port.name.text if port.name is not None else "x"
            self.assign(tensor, safe(wanted, MODULE_NAMES), -1)
        self.position = 0
        self.name_steps(flow.steps)

    def root(self, index: int) -> int:
        while index in self.alias:
            index = self.alias[index]
        return index

    def __getitem__(self, tensor: Tensor) -> str:
        return self.names[self.root(tensor.index)]

    # --- when each tensor is read last

    def read(self, tensors: Iterable[Tensor], position: int) -> None:
        for tensor in tensors:
            self.reads.setdefault(self.root(tensor.index), []).append((position, self.path))

    def read_later(self, root: int, position: int) -> bool:
        """Whether a tensor is read behind a position, on a path that leads on from here."""
        return any(
            place > position and _together(path, self.path)
            for place, path in self.reads.get(root, ())
        )

    def number(self, steps: tuple[Step, ...]) -> None:
        for step in steps:
            self.position += 1
            match step:
                case Apply(inputs=inputs, outputs=outputs):
                    if self.is_alias(step):
                        for output in outputs:
                            self.alias[output.index] = self.root(inputs[0].index)
                    else:
                        self.read(inputs, self.position)
                        self.pass_on(step)
                case Pick(source) | Rearranged(source):
                    self.read([source], self.position)
                case Choice() | Dispatch() | Selection():
                    if isinstance(step, Dispatch):
                        self.read([step.source], self.position)
                    outer, key = self.path, id(step)
                    for i, region in enumerate(self.regions(step)):
                        self.path = (*outer, (key, i))
                        self.number(region.steps)
                        self.position += 1
                        self.read(region.results, self.position)
                        self.read(region.writes.values(), self.position)
                    self.path = outer

    def pass_on(self, step: Apply) -> None:
        """What rounds carry and never replace stays in its variable, which they read to the end."""
        item = aggregate(step.target, self.definition)
        if item is None:
            return
        for i in range(replaced(item, self.definition), len(step.outputs)):
            self.alias[step.outputs[i].index] = self.root(step.inputs[i].index)
            self.read([step.inputs[i]], self.position + 1)

    def regions(self, step: Choice | Dispatch | Selection) -> tuple[Region, ...]:
        match step:
            case Choice(branches, otherwise):
                return (*(region for _, region in branches), otherwise)
            case Dispatch(_, arms):
                return tuple(arm.region for arm in arms)
            case Selection():
                return self.arms(step)

    # --- names

    def assign(self, tensor: Tensor, wanted: str, position: int) -> None:
        """The wanted variable, or the next free one if it holds what is still to be read."""
        name, number = wanted, 2
        while not self.free(name, tensor, position):
            name, number = f"{wanted}_{number}", number + 1
        self.held[name] = tensor.index
        self.names[tensor.index] = name

    def free(self, name: str, tensor: Tensor, position: int) -> bool:
        holder = self.held.get(name)
        if holder is None or holder == tensor.index:
            return True
        return not self.read_later(holder, position)

    def name_steps(self, steps: tuple[Step, ...]) -> None:
        for step in steps:
            self.position += 1
            match step:
                case Apply(target=target, outputs=outputs):
                    if not self.is_alias(step):
                        self.name_outputs(target, outputs)
                case Pick(_, position, output):
                    self.assign(output, self.wanted(output, f"item_{position}"), self.position)
                case Rearranged(output=output):
                    self.assign(output, self.wanted(output, "out"), self.position)
                case Choice() | Dispatch() | Selection():
                    self.name_choice(step)

    def name_outputs(self, target: Target, outputs: tuple[Tensor, ...]) -> None:
        """A variable for each; `_` for one of several that nothing reads."""
        rounds = aggregate(target, self.definition) is not None
        for output in outputs:
            if output.index in self.alias:
                continue
            wanted = self.wanted(output, _label(target))
            if len(outputs) > 1 and not rounds and output.index not in self.reads:
                self.names[output.index] = wanted if wanted.startswith("_") else "_"
            else:
                self.assign(output, wanted, self.position)

    def name_choice(self, step: Choice | Dispatch | Selection) -> None:
        """Each result has one variable, whichever branch gives it."""
        start, end = self.position, self.position + self.length(step)
        for output in (*step.outputs, *step.writes.values()):
            if output.index in self.reads or output in step.writes.values():
                self.position = end
                name, number = self.wanted(output, "out"), 2
                self.position = start
                base = name
                while not self.free_over(name, step, end):
                    name, number = f"{base}_{number}", number + 1
                self.names[output.index] = name
        held, outer = dict(self.held), self.path
        for i, region in enumerate(self.regions(step)):
            self.path = (*outer, (id(step), i))
            self.held = dict(held)
            for result, output in zip(region.results, step.outputs, strict=False):
                if output.index in self.names:
                    self.preferred[result.index] = self.names[output.index]
            for port, result in region.writes.items():
                self.preferred[result.index] = self.names[step.writes[port].index]
            self.name_steps(region.steps)
            self.position += 1
        self.held, self.path = held, outer
        for output in (*step.outputs, *step.writes.values()):
            if output.index in self.names:
                self.held[self.names[output.index]] = output.index

    def length(self, step: Step) -> int:
        """How many positions the branches of a step take."""
        if not isinstance(step, Choice | Dispatch | Selection):
            return 0
        return sum(
            1 + sum(1 + self.length(inner) for inner in region.steps)
            for region in self.regions(step)
        )

    def free_over(self, name: str, step: Choice | Dispatch | Selection, end: int) -> bool:
        """Whether a variable can take the result: what it holds is not read behind the step."""
        holder = self.held.get(name)
        return holder is None or not self.read_later(holder, end)

    def wanted(self, tensor: Tensor, label: str) -> str:
        preferred = self.preferred.get(tensor.index)
        if preferred is not None:
            return preferred
        hint = self.flow.hints.get(tensor.index)
        if hint is not None and hint.name is not None:
            return safe(hint.name, MODULE_NAMES)
        source = self.root(hint.source.index) if hint is not None and hint.source else -1
        if source in self.names and not self.read_later(source, self.position):
            return self.names[source]
        return "out" if hint is not None else safe(snake_case(label), MODULE_NAMES)


def is_alias(step: Apply) -> bool:
    """Whether a step gives its input as it is: nothing is written for it."""
    if not isinstance(step.target, Instance) or step.target.definition.is_graph:
        return False
    host = host_of(step.target.definition)
    return isinstance(host, HostExpression) and host.alias is not None


def _together(a: Path, b: Path) -> bool:
    """Whether two places can lie on one way through: they part at no choice."""
    other = dict(b)
    return all(other.get(choice, region) == region for choice, region in a)


def _label(target: Target) -> str:
    match target:
        case Instance(definition):
            return definition.name
        case ParamCall(param):
            return param
        case Inline():
            return "frozen"
        case Shared(value):
            return value.span.text.split("[")[0].split(".")[-1]
