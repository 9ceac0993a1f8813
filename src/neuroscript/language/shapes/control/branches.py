"""What the branches of a step give: each is walked for itself, then they are joined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neuroscript.diagnostics import Span
from neuroscript.language.names.flow import Choice, Dispatch, Region, Selection, Tensor
from neuroscript.language.shapes.join import Learnt, join
from neuroscript.language.shapes.types import TensorType

if TYPE_CHECKING:
    from neuroscript.language.shapes.body import Body

BranchedStep = Choice | Dispatch | Selection


class Branches:
    """The branches of a step that may be taken."""

    def __init__(self, body: Body, step: BranchedStep) -> None:
        self.body = body
        self.step = step
        self.results: list[tuple[tuple[TensorType, ...], Span, Learnt]] = []
        self.writes: list[tuple[tuple[TensorType, ...], Span, Learnt]] = []
        self.complete = True
        """Whether all types of all branches are known."""

    def walk(self, region: Region, place: Span) -> None:
        """Walk a branch; whoever takes a snapshot of the body before restores it then."""
        body = self.body
        outer, body.failed = body.failed, False
        body.walk(region.steps)
        body.settle_region(region.steps)
        body.failed |= outer
        found = self._types(region.results)
        written = self._types([region.writes[n] for n in self.step.writes if n in region.writes])
        if found is None or written is None:
            self.complete = False
            return
        learnt = dict(body.unifier.dims)
        self.results.append((found, place, learnt))
        self.writes.append((written, place, learnt))

    def join(self, strict: bool) -> bool:
        """Whether the types of the step's results are known now, from what branches share."""
        joined = join(self.body, self.results, self.step.span, strict)
        outputs = join(self.body, self.writes, self.step.span, strict)
        if joined is None or outputs is None:
            return False
        self._store(self.step.outputs, joined)
        self._store(tuple(self.step.writes.values()), outputs)
        return self.complete

    def _types(self, tensors: Sequence[Tensor]) -> tuple[TensorType, ...] | None:
        if not all(tensor.index in self.body.types for tensor in tensors):
            return None
        return tuple(self.body.final(self.body.types[tensor.index]) for tensor in tensors)

    def _store(self, tensors: tuple[Tensor, ...], types: tuple[TensorType, ...]) -> None:
        for tensor, type_ in zip(tensors, types, strict=False):
            made = self.step.span, "comes out here"
            origins = tuple(origin or made for origin in type_.origins)
            self.body.types[tensor.index] = TensorType(type_.shape, type_.dtype, origins)


def end_of(region: Region, step: BranchedStep) -> Span:
    """Where a branch ends."""
    return region.results[0].span if region.results else step.span


def taken(body: Body, step: BranchedStep, region: Region) -> bool:
    """Walk the one branch that is taken; its types are those of the step."""
    body.walk(region.steps)
    written = [name for name in step.writes if name in region.writes]  # a miss has been told
    return _pass_on(body, step.outputs, region.results) and _pass_on(
        body, [step.writes[name] for name in written], [region.writes[name] for name in written]
    )


def _pass_on(body: Body, outputs: Sequence[Tensor], results: Sequence[Tensor]) -> bool:
    for output, result in zip(outputs, results, strict=False):
        if result.index not in body.types:
            return False
        body.types[output.index] = body.types[result.index]
    return True
