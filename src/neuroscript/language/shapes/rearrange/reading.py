"""The reading of one `=> [..]`: the axes of its source, the entries of its target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from neuroscript.diagnostics import Diagnostic, Span, nearest
from neuroscript.language.names.errors import MisplacedOperation
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.errors import (
    Ambiguous,
    AxisLost,
    BoundTwice,
    CountChanges,
    Origin,
    RankUnknown,
    UnknownDimension,
)
from neuroscript.language.shapes.evaluate import Evaluator
from neuroscript.language.shapes.rearrange.entry import Entry, written_names
from neuroscript.language.shapes.shape import Seq, Shape
from neuroscript.language.shapes.unify import Unifier
from neuroscript.language.shapes.values import Abstract
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import names_in


class RearrangeProblem(Exception):
    """It cannot be done, or not in one way only."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


@dataclass(slots=True)
class Reading:
    """What one `=>` says, and what its source is."""

    node: ast.Rearrange
    source: Shape
    names: Mapping[str, Abstract]
    unifier: Unifier
    evaluator: Evaluator
    origin: Origin | None
    bound: dict[str, Dim] = field(default_factory=dict)
    """Names that it gives."""
    bound_at: Mapping[str, Span] = field(default_factory=dict)
    axis_names: tuple[str | None, ...] = ()
    """What a pattern or an earlier rearrangement calls each axis."""

    axes: list[Dim] = field(default_factory=list)
    """Those of the source behind the leading run; filled in with the entries, as what follows."""
    labels: list[str | None] = field(default_factory=list)
    lead: Seq | None = None
    lead_dims: tuple[Dim, ...] = ()

    # --- source and target

    def entries(self) -> list[Entry]:
        """The entries of the target, behind a leading `*`."""
        dims = list(self.node.dims)
        star = dims[0] if dims and isinstance(dims[0], ast.StarDim) else None
        if star is not None:
            dims = dims[1:]
        self._read_source(star, dims)
        entries = [self._entry(dim) for dim in dims]
        others = [entry for entry in entries if entry.dim is None]
        if len(others) > 1:
            self.misplaced(others[1], "`others` stands twice", "only one place can take the rest")
        return entries

    def _read_source(self, star: ast.StarDim | None, dims: Sequence[ast.RearrangeDim]) -> None:
        source = self.source
        if source.seq is not None:
            if star is None or source.prefix:
                raise RearrangeProblem(RankUnknown(self.node.span, "=>", source, self.origin))
            self.lead, self.axes = source.seq, list(source.suffix)
            self.labels = self._padded(self.axis_names[-len(self.axes) :] if self.axes else ())
            return
        self.axes = list(source.prefix)
        self.labels = self._padded(self.axis_names)
        if star is not None:
            mentioned = {n.name for d in dims for n in written_names(d)}
            first = next(
                (i for i, d in enumerate(self.axes) if d.variable and d.variable.name in mentioned),
                len(self.axes),
            )
            self.lead = Seq.fresh("")
            self.lead_dims, self.axes = tuple(self.axes[:first]), self.axes[first:]
            self.labels = self.labels[first:]

    def _padded(self, names: Sequence[str | None]) -> list[str | None]:
        return list(names) if len(names) == len(self.axes) else [None] * len(self.axes)

    def _entry(self, node: ast.RearrangeDim) -> Entry:
        match node:
            case ast.Others():
                return Entry(node, None, [], [])
            case ast.StarDim():
                advice = "a run of axes stands first"
                raise RearrangeProblem(
                    MisplacedOperation(node.span, "`*` behind other entries", advice)
                )
            case ast.NamedDim(name, value):
                dim = self.dim(value)
                self._bind(name.text, dim, node.span)
                return Entry(node, dim, *self._factors(value))
            case _:
                return Entry(node, self.dim(node), *self._factors(node))

    def _bind(self, name: str, dim: Dim, span: Span) -> None:
        before = self.bound.get(name) or self.names.get(name)
        if isinstance(before, Dim) and before != dim:
            known = self.unifier.dim(before) - self.unifier.dim(dim)
            if known.terms:
                raise RearrangeProblem(BoundTwice(span, name, before, dim, self.bound_at.get(name)))
        self.bound[name] = dim

    def _factors(self, value: ast.Value) -> tuple[list[Dim], list[str | None]]:
        """The factors of a product, major to minor, with their names; else a single factor."""
        if isinstance(value, ast.Binary) and value.operator == "*":
            left, right = self._factors(value.left), self._factors(value.right)
            return left[0] + right[0], left[1] + right[1]
        return [self.dim(value)], [value.name if isinstance(value, ast.NameValue) else None]

    # --- sizes and axes

    def dim(self, value: ast.Value) -> Dim:
        """What an entry, or a part of one, is; its names are all known (NS310)."""
        names = self._scope()
        for name in names_in(value):
            if name.name not in names:
                near = tuple(nearest(name.name, [*names, "others"]))
                raise RearrangeProblem(UnknownDimension(name.span, name.name, self.source, near))
        result = Evaluator(names, self.evaluator.sink, self.evaluator.scope).size(value)
        return Dim.of(Var.fresh("?")) if result is None else self.unifier.dim(result)

    def _scope(self) -> dict[str, Abstract]:
        """Names for sizes: those given, else those of the axes."""
        axes = {dim.variable.name: dim for dim in self.axes if dim.variable is not None}
        labelled = zip(self.labels, self.axes, strict=False)
        axes |= {name: dim for name, dim in labelled if name is not None}
        found: dict[str, Abstract] = {**axes, **self.names, **self.bound}
        scope = self.evaluator.scope
        if scope is not None:
            for name in (n.name for d in self.node.dims for n in written_names(d)):
                if name not in found and scope.find_global(name) is not None:
                    found[name] = self.evaluator.name(name)
        return found

    def labelled(self, name: str | None) -> int | None:
        """The axis that a pattern or an earlier rearrangement gave a name to."""
        return self.labels.index(name) if name is not None and name in self.labels else None

    def axis_named(self, entry: Entry) -> int | None:
        """The axis that an entry names, by its label or its size; None if it names none."""
        if entry.dim is None:
            return None
        label = self.labelled(entry.names[0]) if len(entry.names) == 1 else None
        if label is not None:
            return label
        found = [i for i, dim in enumerate(self.axes) if dim == entry.dim]
        if len(found) > 1:
            self.ambiguous(f"{entry.dim} is the size of several axes")
        return found[0] if found and entry.dim.constant != 1 else None

    def shape(self, dims: list[Dim]) -> Shape:
        """A target of these sizes, behind the leading run."""
        if self.lead is not None and self.source.seq is not None:
            return Shape((), self.lead, tuple(dims))
        return Shape((*self.lead_dims, *dims))

    # --- what is wrong

    def misplaced(self, entry: Entry, problem: str, advice: str) -> NoReturn:
        """An entry cannot stand where it does (NS312)."""
        raise RearrangeProblem(MisplacedOperation(entry.node.span, problem, advice))

    def lost(self, problem: str, span: Span) -> NoReturn:
        """An axis goes nowhere, or to two places (NS311)."""
        raise RearrangeProblem(AxisLost(span, problem, self.source))

    def ambiguous(self, problem: str) -> NoReturn:
        """It could be read in more than one way (NS308)."""
        raise RearrangeProblem(Ambiguous(self.node.span, problem, self.source, self.origin))

    def count_changes(self, before: Dim, after: Dim) -> NoReturn:
        """The target has more or fewer elements than the source (NS309)."""
        target = Shape(tuple(Dim.of(Var.fresh(d.span.text)) for d in self.node.dims))
        raise RearrangeProblem(CountChanges(self.node.span, self.source, target, before, after))
