"""`if` at construction: the branch that is taken, where that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.language.names.flow import Choice, Region
from neuroscript.language.shapes.control.branches import Branches, end_of, taken

if TYPE_CHECKING:
    from neuroscript.language.shapes.body import Body


def choose(body: Body, step: Choice) -> bool:
    """The branch that is taken, where that is known; else what all have in common."""
    possible = _possible(body, step)
    if len(possible) == 1:
        return taken(body, step, possible[0])
    branches = Branches(body, step)
    for region in possible:
        saved = body.snapshot()
        branches.walk(region, end_of(region, step))
        body.restore(saved)
    return branches.join(strict=True)


def _possible(body: Body, step: Choice) -> list[Region]:
    possible: list[Region] = []
    for condition, region in step.branches:
        holds = body.evaluator().condition(condition)
        if holds is not False:
            possible.append(region)
        if holds is True:
            return possible
    return [*possible, step.otherwise]
