"""What `forward` does, step by step; each submodule is built where its step stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neuroscript.codegen.applying import Applying
from neuroscript.codegen.branches import Branches
from neuroscript.codegen.forward import Variables, is_alias
from neuroscript.codegen.rearranged import rearranged
from neuroscript.codegen.shape_match import ShapeMatch
from neuroscript.codegen.writer import Chain, Text, Writer
from neuroscript.diagnostics import InternalError
from neuroscript.language.names.flow import (
    Apply,
    Choice,
    Dispatch,
    Pick,
    Rearranged,
    Region,
    Selection,
    Step,
    Tensor,
    outputs_of,
)
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.codegen.neuron import NeuronClass


class Steps:
    """Writes the statements of `forward` to `out`."""

    def __init__(self, owner: NeuronClass, variables: Variables, out: Writer) -> None:
        self.owner = owner
        self.variables = variables
        self.out = out
        self.constructor = owner.constructor
        self.applying = Applying(self)
        self.branches = Branches(self)
        self.shape_match = ShapeMatch(self)

    def write(self, steps: Sequence[Step], results: Sequence[Tensor]) -> None:
        """All steps, then what is returned."""
        written = _written(steps)
        for position, step in enumerate(written):
            last = position == len(written) - 1
            text = self.expression(step)
            if text is None:
                continue
            if last and len(results) == 1 and outputs_of(step) == tuple(results):
                self.put("return ", text)
                return
            self.assign(step, text)
        values = [self.variables[tensor] for tensor in results]
        if len(values) == 1:
            self.give_back(values[0])
        else:
            self.out.wrapped(f"return {self.owner.name}Output(", values, ")")

    def assign(self, step: Step, text: Text | Chain) -> None:
        variables = [self.variables[tensor] for tensor in outputs_of(step)]
        targets = self.applying.results(step, variables)
        self.put(f"{targets} = ", text)

    def put(self, prefix: str, text: Text | Chain) -> None:
        if isinstance(text, Chain):
            self.out.chained(prefix, text)
        else:
            head, items, tail = text
            self.out.wrapped(prefix + head, items, tail)

    def give_back(self, value: str) -> None:
        """`return value`, or what the line before gave it, if that is all it was for."""
        last = self.out.lines[-1] if self.out.lines else ""
        start = f"{'    ' * self.out.depth}{value} = "
        if last.startswith(start):
            self.out.lines.pop()
            self.out.line(f"return {last.removeprefix(start)}")
        else:
            self.out.line(f"return {value}")

    def region(self, region: Region, step: Choice | Dispatch | Selection) -> None:
        """A branch: its steps, then its results in the variables of the whole choice."""
        before = len(self.out.lines)
        for inner in _written(region.steps):
            text = self.expression(inner)
            if text is not None:
                self.assign(inner, text)
        pairs = list(zip(step.outputs, region.results, strict=False))
        pairs += [(step.writes[name], tensor) for name, tensor in region.writes.items()]
        for output, result in pairs:
            if output.index not in self.variables.names:
                continue
            target, source = self.variables[output], self.variables[result]
            if target != source:
                self.out.line(f"{target} = {source}")
        if len(self.out.lines) == before:
            self.out.line("pass")

    def expression(self, step: Step) -> Text | Chain | None:
        """A step as an expression; None where it was written as statements."""
        self.out.place = self.owner.init.place = step.span
        match step:
            case Apply():
                return self.applying.apply(step)
            case Pick(source, position):
                return f"{self.variables[source]}[{position}]", [], ""
            case Rearranged():
                return self.rearranged(step)
            case Choice():
                self.branches.choice(step)
            case Dispatch():
                self.shape_match.write(step)
            case Selection():
                self.branches.selection(step)
        return None

    def rearranged(self, step: Rearranged) -> Text | Chain:
        x = self.variables[step.source]
        if step.operation is not None:
            return f"{self.constructor.submodules.inline(step.operation)}(", [x], ")"
        plan = self.owner.inferred.plans.get(step.span)
        if plan is None:
            raise InternalError(f"{step.span}: nothing says how to rearrange this")
        operation = step.node.operation
        name = operation.text if isinstance(operation, ast.Name) else ""
        return rearranged(plan, x, name, self.size, step.span)

    def size(self, name: str) -> str | None:
        """How a size is read that the axes at hand do not have."""
        names = self.constructor.forward_names
        known = name in self.owner.params or names.is_size(name)
        return names.text(name) if known else None


def _written(steps: Sequence[Step]) -> list[Step]:
    """The steps that become something; an alias is the variable that it is given."""
    return [step for step in steps if not (isinstance(step, Apply) and is_alias(step))]
