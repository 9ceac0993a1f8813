"""`match:` in the graph: tests of the shape that arrives, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.codegen.patterns import arm_test
from neuroscript.codegen.raising import write_raise
from neuroscript.language.names.flow import Dispatch, Region

if TYPE_CHECKING:
    from neuroscript.codegen.steps import Steps


class ShapeMatch:
    """Writes the arms that may be taken; a shape that none takes raises."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.out = steps.out

    def write(self, step: Dispatch) -> None:
        x = self.steps.variables[step.source]
        type_ = self.steps.owner.inferred.tensors.get(step.source.index)
        shape = type_.shape if type_ is not None else None
        names = self.steps.constructor.forward_names
        word = "if"
        for arm in step.arms:
            test, captures = arm_test(arm, x, shape, self.steps)
            if test is None or arm.span in self.steps.owner.inferred.unreachable:
                continue  # it can never be taken
            saved = dict(names.captures)
            names.captures.update(captures)
            if test:
                self.under(f"{word} {test}:", arm.region, step)
            elif word == "elif":
                self.under("else:", arm.region, step)
            else:
                self.steps.region(arm.region, step)
            names.captures = saved
            word = "elif"
            if not test:
                return  # it takes all that is left
        message = f"NS412: no arm takes {{list({x}.shape)}}"
        self.out.line("else:")
        with self.out.indented():
            write_raise(self.out, message, step.span)

    def under(self, head: str, region: Region, step: Dispatch) -> None:
        self.out.line(head)
        with self.out.indented():
            self.steps.region(region, step)
