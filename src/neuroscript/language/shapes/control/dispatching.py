"""`match:` on a shape: each arm sees the source as its pattern describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.language.names.flow import Dispatch, ShapeArm
from neuroscript.language.shapes.control.branches import Branches
from neuroscript.language.shapes.patterns import Pattern, check_arms
from neuroscript.language.shapes.types import TensorType

if TYPE_CHECKING:
    from neuroscript.language.shapes.body import Body


def dispatch(body: Body, step: Dispatch) -> bool:
    """What the arms have in common that the source may fit."""
    if step.source.index not in body.types:
        return False
    source = body.unifier.shape(body.types[step.source.index].shape)
    patterns = [Pattern.read(arm.pattern, arm.guard, body) for arm in step.arms]
    if not check_arms(body, step, source, patterns):
        return False
    branches = Branches(body, step)
    for arm, pattern in zip(step.arms, patterns, strict=True):
        saved = body.snapshot()
        fits = pattern.refine(source)
        (body.reached if fits else body.refused).add(arm.span)
        if fits:
            _walk_arm(branches, body, step, arm, pattern)
        body.restore(saved)
    return branches.join(strict=False)


def _walk_arm(
    branches: Branches, body: Body, step: Dispatch, arm: ShapeArm, pattern: Pattern
) -> None:
    source = body.types[step.source.index]
    refined = body.final(source)
    names = pattern.axis_names(refined.shape)
    body.types[step.source.index] = TensorType(refined.shape, refined.dtype, refined.origins, names)
    body.names.update(pattern.captured)
    if arm.guard is not None:
        body.evaluator().condition(arm.guard)
    branches.walk(arm.region, arm.span)
    body.types[step.source.index] = source
