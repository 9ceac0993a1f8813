"""Patterns of `match:`: which shapes an arm takes, and which no arm does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from neuroscript.diagnostics import Span
from neuroscript.language.names.flow import Dispatch
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.errors import MayMissShapes, NotExhaustive, Unreachable
from neuroscript.language.shapes.shape import Shape
from neuroscript.language.shapes.unify import Verdict
from neuroscript.language.shapes.values import Abstract
from neuroscript.language.syntax import ast
from neuroscript.language.work import spend

if TYPE_CHECKING:
    from neuroscript.language.shapes.body import Body


@dataclass(frozen=True, slots=True)
class Entry:
    """One dim of a pattern: a test against a size, a new name, or anything."""

    test: Dim | None
    name: str | None
    same_as: int | None
    """The entry that has the same name, for one that repeats it."""
    span: Span


@dataclass(slots=True)
class Pattern:
    body: Body
    front: list[Entry]
    back: list[Entry]
    """Behind the rest; counted from the end."""
    rest: bool
    rest_name: str | None
    guard: ast.Value | None
    captured: dict[str, Abstract]

    @staticmethod
    def read(shape: ast.ShapeExpr, guard: ast.Value | None, body: Body) -> Pattern:
        pattern = Pattern(body, [], [], False, None, guard, {})
        seen: dict[str, int] = {}
        for dim in shape.dims:
            side = pattern.back if pattern.rest else pattern.front
            count = len(pattern.front) + len(pattern.back)
            match dim:
                case ast.StarDim(None, span) if dim is not shape.dims[0] or len(shape.dims) > 1:
                    side.append(Entry(None, None, None, span))
                case ast.StarDim(name):
                    pattern.rest, pattern.rest_name = True, name
                case ast.NameValue(name, span) if pattern.is_capture(name):
                    side.append(Entry(None, name, seen.get(name), span))
                    seen.setdefault(name, count)
                case _:
                    side.append(Entry(body.evaluator().size(dim), None, None, dim.span))
        return pattern

    def is_capture(self, name: str) -> bool:
        scope = self.body.definition.scope
        return name not in self.body.params and scope.find_global(name) is None

    @property
    def least(self) -> int:
        return len(self.front) + len(self.back)

    def admits_rank(self, rank: int) -> bool:
        return rank >= self.least if self.rest else rank == self.least

    def placed(self, rank: int) -> list[tuple[int, Entry]]:
        """Entries with the axis that each stands for, in a shape of that rank."""
        front = list(enumerate(self.front))
        back = [(rank - len(self.back) + i, entry) for i, entry in enumerate(self.back)]
        return [*front, *back]

    def refine(self, source: Shape) -> bool:
        """Learn what the pattern says of the source; False if it cannot fit."""
        unifier = self.body.unifier
        if source.rank is None:
            if not self.open_fits(source):
                return False
            source = unifier.shape(source)
            if source.rank is None:
                return True
        if not self.admits_rank(source.rank or 0):
            return False
        dims = [source.prefix[axis] for axis, _ in self.placed(source.rank or 0)]
        for (_, entry), dim in zip(self.placed(source.rank or 0), dims, strict=True):
            other = entry.test
            if entry.same_as is not None:
                other = dims[entry.same_as]
            if other is not None and self.refuted(other, dim):
                return False
            if entry.name is not None:
                self.captured.setdefault(entry.name, dim)
        return True

    def axis_names(self, shape: Shape) -> tuple[str | None, ...]:
        """What the pattern calls the axes of a shape of known rank."""
        if shape.rank is None:
            return ()
        names: list[str | None] = [None] * shape.rank
        for axis, entry in self.placed(shape.rank):
            names[axis] = entry.name
        return tuple(names)

    def refuted(self, test: Dim, dim: Dim) -> bool:
        """Whether a test fails for certain; independent sizes may be equal when it runs."""
        unifier = self.body.unifier
        difference = unifier.dim(test) - unifier.dim(dim)
        if difference.never_zero:
            return True
        names, unifier.independent = unifier.independent, set()
        verdict = unifier.equal(test, dim)
        unifier.independent = names
        return verdict is Verdict.REFUTED

    def open_fits(self, source: Shape) -> bool:
        """A source of unknown rank becomes one of the pattern's rank, if that is exact."""
        assert source.seq is not None
        known = len(source.prefix) + len(source.suffix)
        if self.rest:
            for entry in (*self.front, *self.back):
                if entry.name is not None:
                    self.captured.setdefault(entry.name, self.body.unifier.fresh(entry.name))
            return True
        if self.least < known:
            return False
        missing = self.least - known
        middle = tuple(Dim.of(Var.fresh("?")) for _ in range(missing))
        self.body.unifier.seqs[source.seq] = Shape(middle)
        return True

    # --- what is left open by what is known of the source

    def contradicts(self, source: Shape) -> str | None:
        """Why the arm can never be taken, if it cannot."""
        if source.rank is None:
            known = len(source.prefix) + len(source.suffix)
            if not self.rest and self.least < known:
                return f"it has {self.least} dimensions, the source at least {known}"
            return None if self.rest else self.contradicted_end(source)
        if not self.admits_rank(source.rank):
            return f"the source has {source.rank} dimensions"
        for axis, entry in self.placed(source.rank):
            dim = source.prefix[axis]
            if entry.test is not None and (entry.test - dim).never_zero:
                return f"this size is {dim}"
        sizes = self.equalities(source, source.rank).contradiction()
        if sizes is not None:
            return f"it asks for {min(sizes, key=repr)} to be {max(sizes, key=repr)}"
        return None

    def contradicted_end(self, source: Shape) -> str | None:
        """Why a pattern of known rank cannot fit a source whose ends are known."""
        for axis, entry in self.placed(self.least):
            if axis < len(source.prefix):
                dim = source.prefix[axis]
            elif self.least - axis <= len(source.suffix):
                dim = source.suffix[axis - self.least]
            else:
                continue
            if entry.test is not None and (entry.test - dim).never_zero:
                return f"this size is {dim}"
        return None

    def open_tests(self, source: Shape) -> list[Entry]:
        """Tests that what is known of the source does not prove."""
        if source.rank is None:
            return [e for e in (*self.front, *self.back) if e.test or e.same_as is not None]
        placed = self.placed(source.rank)
        found = []
        for axis, entry in placed:
            dim = source.prefix[axis]
            other = entry.test
            if entry.same_as is not None:
                other = source.prefix[placed[entry.same_as][0]]
            if other is not None and (other - dim).terms:
                found.append(entry)
        return found

    def covers(self, later: Mapping[int, Equalities]) -> bool:
        """Whether every shape that a later arm takes is taken by this one.

        `later` is what holds of the axes that the later arm takes, for each rank.
        """
        spend(6)
        return self.guard is None and all(
            self.admits_rank(rank) and self.follows(known, rank) for rank, known in later.items()
        )

    def taken(self, source: Shape) -> dict[int, Equalities]:
        """What holds of the axes that it takes, for each rank that the source may have."""
        if source.rank is not None:
            ranks: Iterable[int] = [source.rank]
        else:
            ranks = range(13) if self.rest else [self.least]
        return {rank: self.equalities(source, rank) for rank in ranks if self.admits_rank(rank)}

    def follows(self, known: Equalities, rank: int) -> bool:
        """Whether all that this arm tests is so where certain equalities hold."""
        placed = self.placed(rank)
        return all(
            (entry.test is None or known.same(axis, entry.test))
            and (entry.same_as is None or known.same(axis, placed[entry.same_as][0]))
            for axis, entry in placed
        )

    def equalities(self, source: Shape, rank: int) -> Equalities:
        """What holds of the axes of a shape of some rank that this arm takes."""
        known = Equalities()
        for i, dim in enumerate(source.prefix):
            known.join(i, dim)
        for i, dim in enumerate(reversed(source.suffix), 1):
            known.join(rank - i, dim)
        placed = self.placed(rank)
        for axis, entry in placed:
            if entry.test is not None:
                known.join(axis, entry.test)
            if entry.same_as is not None:
                known.join(axis, placed[entry.same_as][0])
        return known


class Equalities:
    """Axes and sizes that are equal to one another."""

    def __init__(self) -> None:
        self.above: dict[int | Dim, int | Dim] = {}

    def root(self, one: int | Dim) -> int | Dim:
        while one in self.above:
            one = self.above[one]
        return one

    def join(self, one: int | Dim, other: int | Dim) -> None:
        first, second = self.root(one), self.root(other)
        if first != second:
            self.above[first] = second

    def same(self, one: int | Dim, other: int | Dim) -> bool:
        return self.root(one) == self.root(other)

    def contradiction(self) -> tuple[Dim, Dim] | None:
        """Two sizes that would have to be equal and cannot be."""
        sizes = [key for key in {*self.above, *self.above.values()} if isinstance(key, Dim)]
        for i, one in enumerate(sizes):
            for other in sizes[i + 1 :]:
                if self.same(one, other) and (one - other).never_zero:
                    return one, other
        return None


def check_arms(body: Body, step: Dispatch, source: Shape, patterns: Sequence[Pattern]) -> bool:
    """Arms that are never taken (NS903), and shapes that no arm takes (NS401, NS904).

    Whether any arm may be taken.
    """
    reachable: list[tuple[Pattern, Span]] = []
    for arm, pattern in zip(step.arms, patterns, strict=True):
        why = pattern.contradicts(source)
        taken = pattern.taken(source) if why is None else {}
        covering = next((s for p, s in reachable if p.covers(taken)), None) if taken else None
        if why is not None:
            body.sink.add(Unreachable(arm.span, why, None))
        elif covering is not None:
            body.sink.add(Unreachable(arm.span, "an earlier arm takes all it could", covering))
        else:
            reachable.append((pattern, arm.span))
    if not reachable:
        body.sink.add(NotExhaustive(step.span, source, str(source), step.arms[-1].span))
        body.failed = True
        return False
    _exhaustive(body, step, source, reachable)
    return True


def _exhaustive(
    body: Body, step: Dispatch, source: Shape, arms: list[tuple[Pattern, Span]]
) -> None:
    free = [p for p, _ in arms if not p.open_tests(source)]
    if any(p.guard is None and _any_rank(p, source) for p in free):
        return
    last = step.arms[-1].span
    if source.rank is not None and not free:
        tests = [entry for p, _ in arms for entry in p.open_tests(source)]
        if all(entry.test is None or entry.test.constant is not None for entry in tests):
            names = ", ".join(_letter(i, source.prefix[i]) for i in range(source.rank))
            body.sink.add(NotExhaustive(step.span, source, f"[{names}]", last))
            body.failed = True
            return
    places = tuple((entry.span, "a test") for p, _ in arms for entry in p.open_tests(source))
    guards = tuple((p.guard.span, "a guard") for p, _ in arms if p.guard is not None)
    body.sink.add(MayMissShapes(step.span, (*places, *guards)))


def _any_rank(pattern: Pattern, source: Shape) -> bool:
    """Whether an arm takes every rank that the source may have."""
    if source.rank is not None:
        return pattern.admits_rank(source.rank)
    return pattern.rest and pattern.least <= len(source.prefix) + len(source.suffix)


def _letter(index: int, dim: Dim) -> str:
    if dim.constant is not None:
        return str(dim.constant)
    return (
        dim.variable.name if dim.variable is not None and dim.variable.name != "?" else f"d{index}"
    )
