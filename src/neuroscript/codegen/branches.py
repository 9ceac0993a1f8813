"""`if` and `match(p):` in the graph: the same `if` in `forward` and around what it builds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from neuroscript.codegen.writer import Line, Writer
from neuroscript.language.names.flow import Choice, Region, Selection
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.codegen.steps import Steps


class Branches:
    """Writes the branches that may be taken."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.owner = steps.owner
        self.out = steps.out

    def choice(self, step: Choice) -> None:
        step = self.open(step)
        if not step.branches:
            self.alone(step.otherwise, step)
            return
        conditions = [condition for condition, _ in step.branches]
        built: list[Writer] = []
        word = "if"
        for condition, region in step.branches:
            self.out.line(f"{word} {self.owner.constructor.in_forward.text(condition)}:")
            built.append(self.branch(region, step))
            word = "elif"
        if self.writes_something(step.otherwise, step):
            self.out.line("else:")
            built.append(self.branch(step.otherwise, step))
        self.build(conditions, built)

    def open(self, step: Choice) -> Choice:
        """Without the branches that are never taken, whatever the parameters."""
        branches: list[tuple[ast.Value, Region]] = []
        for condition, region in step.branches:
            holds = self.owner.constructor.evaluator().condition(condition)
            if holds is True:
                return replace(step, branches=tuple(branches), otherwise=region)
            if holds is None:
                branches.append((condition, region))
        return replace(step, branches=tuple(branches))

    def branch(self, region: Region, step: Choice) -> Writer:
        """Write a branch; what it builds goes to a writer of its own."""
        outer, divisions = self.owner.init, self.owner.constructor.divisions
        tested = set(divisions.tested)
        self.owner.init = inner = Writer(outer.depth + 1, outer.place)
        with self.out.indented():
            self.steps.region(region, step)
        self.owner.init = outer
        divisions.tested = tested
        return inner

    def writes_something(self, region: Region, step: Choice) -> bool:
        variables = self.steps.variables
        if region.steps or region.writes:
            return True
        return any(
            output.index in variables.names and variables[output] != variables[result]
            for output, result in zip(step.outputs, region.results, strict=False)
        )

    def build(self, conditions: Sequence[ast.Value], built: Sequence[Writer]) -> None:
        """What the branches build, under the conditions of the branches."""
        init, write = self.owner.init, self.owner.constructor.in_init
        while built and not built[-1].lines:
            built = built[:-1]
        if len(built) == 2 and len(conditions) == 1 and not built[0].lines:
            init.line(f"if not {write.operand(conditions[0], 4)}:")
            init.lines.extend(built[1].lines)
            return
        word = "if"
        for i, writer in enumerate(built):
            init.line(f"{word} {write.text(conditions[i])}:" if i < len(conditions) else "else:")
            empty = [Line(f"{'    ' * writer.depth}pass", writer.place)]
            init.lines.extend(writer.lines or empty)
            word = "elif"

    def selection(self, step: Selection) -> None:
        """The arm that this instantiation takes, as if it stood there alone."""
        choice = self.owner.choice(step)
        if choice.branches:
            self.choice(choice)
        else:
            self.alone(choice.otherwise, step)

    def alone(self, region: Region, step: Choice | Selection) -> None:
        """The one branch that is taken, without a test."""
        self.steps.region(region, step)
        if self.out.lines and self.out.lines[-1].strip() == "pass":
            self.out.lines.pop()
