"""`=> [..]`: which axis goes where, decided from names before any number is known.

The result is a plan: reshape into parts, permute, reshape into the target, without the stages
that would do nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import mul
from typing import NoReturn

from neuroscript.diagnostics import Diagnostic, Span, nearest
from neuroscript.language.names.errors import MisplacedOperation
from neuroscript.language.shapes.dims import Dim, Quotient, Var
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
from neuroscript.language.shapes.shape import Seq, Shape
from neuroscript.language.shapes.unify import Unifier, Verdict
from neuroscript.language.shapes.values import Abstract
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import names_in


class RearrangeProblem(Exception):
    """It cannot be done, or not in one way only."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do, in order; None for a stage that is not needed.

    Sizes are those of the source (`int`: its axis, counted behind the leading run) or dims;
    None is what is left. With `lead`, all stages keep the leading run in front.
    """

    source: tuple[Dim, ...]
    lead: bool
    split: tuple[int | Dim | None, ...] | None = None
    reduce: tuple[int, ...] | None = None
    order: tuple[int, ...] | None = None
    merged: tuple[int | Dim | None, ...] | None = None
    insert: tuple[int, ...] = ()
    """Places of new axes of size 1."""
    expand: tuple[Dim | None, ...] | None = None


@dataclass(slots=True)
class _Spec:
    """One entry of the target."""

    node: ast.RearrangeDim
    dim: Dim | None
    """None for `others`."""

    factors: list[Dim]
    names: list[str | None]
    """The name that each factor is, if it is one."""
    axes: list[int] = field(default_factory=list)
    """The axes, or parts of a split axis, that it is made of; filled in on the way."""
    done: bool = False

    @property
    def one(self) -> bool:
        return self.dim is not None and self.dim.constant == 1


@dataclass(slots=True)
class Rearrangement:
    """The reading of one `=>`."""

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
    labels: list[str | None] = field(default_factory=list)
    lead: Seq | None = None
    lead_dims: tuple[Dim, ...] = ()
    parts: list[Dim] = field(default_factory=list)
    """The axes after splitting."""
    part_of: list[int] = field(default_factory=list)

    # --- the three kinds

    def rearrange(self) -> tuple[Shape, Plan]:
        specs = self.specs()
        self.split(specs)
        self.mention(specs)
        return self.finish(specs)

    def reduction(self) -> tuple[Shape, Plan]:
        """Unmentioned axes are reduced; the rest is permuted; 1 stands for an axis of size 1."""
        specs = self.specs()
        order: list[int] = []
        for spec in specs:
            if spec.one:
                continue
            axis = self.axis_named(spec)
            if axis is None or axis in order:
                self.fail_spec(spec, axis)
            else:
                order.append(axis)
        reduced = tuple(i for i in range(len(self.axes)) if i not in order)
        kept = [i for i in range(len(self.axes)) if i in order]
        permuted = tuple(kept.index(i) for i in order)
        insert = tuple(i for i, spec in enumerate(specs) if spec.one)
        shape = self.shape([spec.dim or Dim.const(1) for spec in specs])
        plan = Plan(
            tuple(self.axes), self.lead is not None, reduce=reduced or None,
            order=permuted if permuted != tuple(range(len(permuted))) else None, insert=insert,
        )  # fmt: skip
        return shape, plan

    def repetition(self) -> tuple[Shape, Plan]:
        """Every axis is mentioned; other entries are new axes along which it is copied."""
        specs = self.specs()
        order: list[int] = []
        insert: list[int] = []
        for i, spec in enumerate(specs):
            if spec.dim is None:
                self.misplaced(spec, "`others` cannot be repeated", "name every axis")
            axis = self.axis_named(spec)
            if axis is None or axis in order:
                insert.append(i)
            else:
                order.append(axis)
        lost = [str(self.axes[i]) for i in range(len(self.axes)) if i not in order]
        if lost:
            problem = f"the axis {', '.join(lost)} is in no place of the target"
            raise RearrangeProblem(AxisLost(self.node.span, problem, self.source))
        dims = [spec.dim or Dim.const(1) for spec in specs]
        expand = tuple(dim if i in insert else None for i, dim in enumerate(dims))
        permuted = tuple(order)
        plan = Plan(
            tuple(self.axes), self.lead is not None,
            order=permuted if permuted != tuple(range(len(permuted))) else None,
            insert=tuple(insert), expand=expand,
        )  # fmt: skip
        return self.shape(dims), plan

    def as_before(self, source: Shape, target: Shape) -> Shape:
        """The target with numbers, where the reading was settled with names."""
        values: dict[Var, Dim] = {}
        for before, now in zip(source.dims, self.source.dims, strict=False):
            if before.variable is not None:
                values[before.variable] = now
        for var in {var for dim in target.dims for var in dim.variables}:
            value = self.names.get(var.name) if var.number == 0 else None
            if isinstance(value, Dim):
                values.setdefault(var, value)
        dims = [dim.substitute(values) for dim in target.dims]
        for spec in self.node.dims:
            if isinstance(spec, ast.NamedDim):
                self.bound[spec.name.text] = self.dim_of(spec.value, values)
        if self.source.seq is None and target.seq is None and self.node.annotation is None:
            before, after = reduce(mul, self.source.dims), reduce(mul, dims, Dim.const(1))
            if (before - after).never_zero:
                self.count_changes(before, after)
        front = len(target.prefix)
        seq = self.source.seq if target.seq is not None else None
        middle = () if target.seq is None or seq is not None else self.missing(source)
        if seq is None:
            return Shape((*dims[:front], *middle, *dims[front:]))
        return Shape(tuple(dims[:front]), seq, tuple(dims[front:]))

    def missing(self, source: Shape) -> tuple[Dim, ...]:
        """The dims that a run of the source as it was read has become."""
        count = len(self.source.prefix) - len(source.dims)
        return self.source.prefix[len(source.prefix) : len(source.prefix) + count]

    def dim_of(self, value: ast.Value, values: Mapping[Var, Dim]) -> Dim:
        names: dict[str, Abstract] = {var.name: dim for var, dim in values.items()}
        found = Evaluator({**names, **self.names}, self.evaluator.sink, self.evaluator.scope)
        return found.size(value) or Dim.of(Var.fresh("?"))

    def unread(self) -> Shape:
        """The target of a source that nobody knows yet: what its entries say."""
        dims: list[Dim] = []
        for node in self.node.dims:
            value = node.value if isinstance(node, ast.NamedDim) else node
            dim = Dim.of(Var.fresh("?"))
            if not isinstance(value, ast.StarDim | ast.Others):
                known = all(name.name in self.names for name in names_in(value))
                dim = self.dim_of(value, {}) if known else dim
            if isinstance(node, ast.NamedDim):
                self.bound[node.name.text] = dim
            dims.append(dim)
        if self.node.dims and isinstance(self.node.dims[0], ast.StarDim):
            return Shape((), Seq.fresh("?"), tuple(dims[1:]))
        return Shape(tuple(dims))

    # --- reading source and target

    def specs(self) -> list[_Spec]:
        dims = list(self.node.dims)
        star = dims[0] if dims and isinstance(dims[0], ast.StarDim) else None
        if star is not None:
            dims = dims[1:]
        self.read_source(star, dims)
        specs = [self.spec(dim) for dim in dims]
        others = [spec for spec in specs if spec.dim is None]
        if len(others) > 1:
            self.misplaced(others[1], "`others` stands twice", "only one place can take the rest")
        return specs

    def read_source(self, star: ast.StarDim | None, dims: Sequence[ast.RearrangeDim]) -> None:
        source = self.source
        if source.seq is not None:
            if star is None or source.prefix:
                raise RearrangeProblem(RankUnknown(self.node.span, "=>", source, self.origin))
            self.lead, self.axes = source.seq, list(source.suffix)
            self.labels = self.padded(self.axis_names[-len(self.axes) :] if self.axes else ())
            return
        self.axes = list(source.prefix)
        self.labels = self.padded(self.axis_names)
        if star is not None:
            mentioned = {n.name for d in dims for n in _names(d)}
            first = next(
                (i for i, d in enumerate(self.axes) if d.variable and d.variable.name in mentioned),
                len(self.axes),
            )
            self.lead = Seq.fresh("")
            self.lead_dims, self.axes = tuple(self.axes[:first]), self.axes[first:]
            self.labels = self.labels[first:]

    def padded(self, names: Sequence[str | None]) -> list[str | None]:
        return list(names) if len(names) == len(self.axes) else [None] * len(self.axes)

    def spec(self, node: ast.RearrangeDim) -> _Spec:
        match node:
            case ast.Others():
                return _Spec(node, None, [], [])
            case ast.StarDim():
                advice = "a run of axes stands first"
                raise RearrangeProblem(
                    MisplacedOperation(node.span, "`*` behind other entries", advice)
                )
            case ast.NamedDim(name, value, span):
                dim = self.dim(value)
                before = self.bound.get(name.text) or self.names.get(name.text)
                if isinstance(before, Dim) and before != dim:
                    known = self.unifier.dim(before) - self.unifier.dim(dim)
                    if known.terms:
                        raise RearrangeProblem(
                            BoundTwice(span, name.text, before, dim, self.bound_at.get(name.text))
                        )
                self.bound[name.text] = dim
                return _Spec(node, dim, *self.factors(value))
            case _:
                return _Spec(node, self.dim(node), *self.factors(node))

    def dim(self, value: ast.Value) -> Dim:
        names = self.scope()
        for name in names_in(value):
            if name.name not in names:
                self.unknown(name)
        result = Evaluator(names, self.evaluator.sink, self.evaluator.scope).size(value)
        return Dim.of(Var.fresh("?")) if result is None else self.unifier.dim(result)

    def scope(self) -> dict[str, Abstract]:
        """Names for sizes: those given, else those of the axes."""
        axes = {dim.variable.name: dim for dim in self.axes if dim.variable is not None}
        labelled = zip(self.labels, self.axes, strict=False)
        axes |= {name: dim for name, dim in labelled if name is not None}
        found: dict[str, Abstract] = {**axes, **self.names, **self.bound}
        scope = self.evaluator.scope
        if scope is not None:
            for name in (n.name for d in self.node.dims for n in _names(d)):
                if name not in found and scope.find_global(name) is not None:
                    found[name] = self.evaluator.name(name)
        return found

    def unknown(self, name: ast.NameValue) -> NoReturn:
        near = tuple(nearest(name.name, [*self.scope(), "others"]))
        raise RearrangeProblem(UnknownDimension(name.span, name.name, self.source, near))

    def factors(self, value: ast.Value) -> tuple[list[Dim], list[str | None]]:
        """The factors of a product, major to minor, with their names; else a single factor."""
        if isinstance(value, ast.Binary) and value.operator == "*":
            left, right = self.factors(value.left), self.factors(value.right)
            return left[0] + right[0], left[1] + right[1]
        return [self.dim(value)], [value.name if isinstance(value, ast.NameValue) else None]

    def named_axis(self, name: str | None) -> int | None:
        """The axis that a pattern or an earlier rearrangement gave a name to."""
        return self.labels.index(name) if name is not None and name in self.labels else None

    # --- 1: splitting

    def split(self, specs: list[_Spec]) -> None:
        """An entry `a/f` splits the axis `a` into it and the entries that make `f`."""
        groups: dict[int, list[_Spec]] = {}
        for index, spec in enumerate(specs):
            if spec.done or len(spec.factors) != 1:
                continue
            found = self.quotient(spec)
            if found is None:
                continue
            axis, divisor = found
            if axis in groups:
                continue
            others = self.makers(specs, index, divisor)
            if others is None:
                continue
            members = sorted([index, *others])
            groups[axis] = [specs[i] for i in members]
            for i in members:
                specs[i].done = True
        for axis, dim in enumerate(self.axes):
            if axis not in groups:
                self.parts.append(dim)
                self.part_of.append(axis)
                continue
            for spec in groups[axis]:
                spec.axes.append(len(self.parts))
                self.parts.append(spec.dim or Dim.const(1))
                self.part_of.append(axis)

    def quotient(self, spec: _Spec) -> tuple[int, Dim] | None:
        """The axis that an entry is a part of, and what it is divided by."""
        value = spec.node.value if isinstance(spec.node, ast.NamedDim) else spec.node
        candidates: list[tuple[Dim, Dim]] = []
        if isinstance(value, ast.Binary) and value.operator == "/":
            candidates.append((self.dim(value.left), self.dim(value.right)))
        if spec.dim is not None and len(spec.dim.terms) == 1:
            (monomial, factor) = spec.dim.terms[0]
            if factor == 1 and len(monomial) == 1 and isinstance(monomial[0], Quotient):
                candidates.append((monomial[0].over, monomial[0].under))
        for over, under in candidates:
            axes = [i for i, dim in enumerate(self.axes) if dim == over]
            if len(axes) > 1:
                raise RearrangeProblem(
                    Ambiguous(
                        self.node.span, f"{over} is the size of several axes", self.source,
                        self.origin,
                    )
                )  # fmt: skip
            if axes:
                return axes[0], under
        return None

    def makers(self, specs: list[_Spec], index: int, divisor: Dim) -> list[int] | None:
        """The entries that make a divisor: one that equals it, or neighbours whose product does."""
        free = [i for i, s in enumerate(specs) if i != index and not s.done and s.dim is not None]
        equal = [i for i in free if specs[i].dim == divisor]
        adjacent = [i for i in equal if abs(i - index) == 1]
        if len(equal) == 1:
            return equal
        if len(adjacent) == 1:
            return adjacent
        if equal:
            raise RearrangeProblem(
                Ambiguous(
                    self.node.span, f"several entries are {divisor}", self.source, self.origin
                )
            )
        for start in free:
            product, members = Dim.const(1), list[int]()
            for i in range(start, len(specs)):
                if i == index:
                    continue
                dim = specs[i].dim
                if i not in free or dim is None:
                    break
                product, members = product * dim, [*members, i]
                if product == divisor:
                    return members
        return None

    # --- 2: mentioning

    def mention(self, specs: list[_Spec]) -> None:
        """An axis named in the target, alone or as a factor, goes there."""
        used: set[int] = {part for spec in specs for part in spec.axes}
        for spec in specs:
            if spec.done or spec.dim is None:
                continue
            parts: list[int] = []
            for factor, name in zip(spec.factors, spec.names, strict=True):
                part = self.part_labelled(name, used | set(parts), spec)
                if part is None:
                    part = self.part_named(factor, used | set(parts), spec)
                if part is None and len(spec.factors) > 1:
                    part = self.part_sized(factor, used | set(parts))
                if part is None:
                    parts = []
                    break
                parts.append(part)
            if parts:
                used.update(parts)
                spec.axes, spec.done = parts, True

    def part_labelled(self, name: str | None, used: set[int], spec: _Spec) -> int | None:
        axis = self.named_axis(name)
        if axis is None or self.part_of.count(axis) != 1:
            return None
        part = self.part_of.index(axis)
        if part in used:
            problem = f"the axis {name} is used twice"
            raise RearrangeProblem(AxisLost(spec.node.span, problem, self.source))
        return part

    def part_named(self, factor: Dim, used: set[int], spec: _Spec) -> int | None:
        if factor.variable is None:
            return None
        found = [i for i, dim in enumerate(self.parts) if dim == factor]
        free = [i for i in found if i not in used]
        if found and not free:
            problem = f"the axis {factor} is used twice"
            raise RearrangeProblem(AxisLost(spec.node.span, problem, self.source))
        if len(free) > 1:
            raise RearrangeProblem(
                Ambiguous(
                    self.node.span, f"{factor} is the size of several axes", self.source,
                    self.origin,
                )
            )  # fmt: skip
        return free[0] if free else None

    def part_sized(self, factor: Dim, used: set[int]) -> int | None:
        """An axis without a name that has the size of a factor of a product."""
        free = [i for i, dim in enumerate(self.parts) if dim == factor and i not in used]
        return free[0] if free else None

    # --- 3 and 4: what is left

    def finish(self, specs: list[_Spec]) -> tuple[Shape, Plan]:
        used = {part for spec in specs for part in spec.axes}
        rest = [i for i in range(len(self.parts)) if i not in used]
        open_ = [spec for spec in specs if not spec.done]
        inserted = [spec for spec in open_ if spec.one]
        dropped = [i for i in rest if self.parts[i].constant == 1]
        loose = [i for i in rest if i not in dropped]
        asked = [spec for spec in open_ if spec not in inserted]
        if loose and not asked:
            names = ", ".join(str(self.parts[i]) for i in loose)
            problem = f"the axis {names} is in no place of the target"
            raise RearrangeProblem(AxisLost(self.node.span, problem, self.source))
        if len(asked) == 1 and self.takes(asked[0], loose):
            asked[0].axes = loose
            asked[0].done = True
            return self.staged(specs)
        if asked and asked[0].dim is None and not loose:
            self.misplaced(asked[0], "`others` has nothing left to take", "leave it out")
        if not asked:
            return self.staged(specs)
        return self.direct(specs, loose)

    def takes(self, spec: _Spec, loose: list[int]) -> bool:
        """Whether an entry is provably all that is left."""
        if not loose:
            return False
        if spec.dim is None:
            return True
        product = reduce(mul, (self.parts[i] for i in loose))
        return not (self.unifier.dim(product) - self.unifier.dim(spec.dim)).terms

    def staged(self, specs: list[_Spec]) -> tuple[Shape, Plan]:
        """Split, permute, merge."""
        order = [part for spec in specs for part in spec.axes]
        kept = [i for i in range(len(self.parts)) if i in order]
        dropped_ones = len(kept) != len(self.parts)
        permuted = tuple(kept.index(part) for part in order)
        split: tuple[int | Dim | None, ...] | None = None
        if len(self.parts) != len(self.axes) or dropped_ones:
            split = tuple(self.size(i) for i in kept)
        dims: list[Dim] = []
        merged: list[int | Dim | None] = []
        for spec in specs:
            if len(spec.axes) == 1:
                dims.append(self.parts[spec.axes[0]])
                merged.append(self.size(spec.axes[0]))
                continue
            product = reduce(mul, (self.parts[i] for i in spec.axes), Dim.const(1))
            dims.append(product if spec.dim is None else spec.dim)
            merged.append(spec.dim if spec.one else dims[-1])
        needs_merge = len(order) != len(specs) or any(len(spec.axes) != 1 for spec in specs)
        moves = permuted != tuple(range(len(permuted)))
        plan = Plan(
            tuple(self.axes), self.lead is not None,
            split=split if moves or not needs_merge else None,
            order=permuted if moves else None,
            merged=tuple(merged) if needs_merge else None,
        )  # fmt: skip
        return self.shape(dims), plan

    def direct(self, specs: list[_Spec], loose: list[int]) -> tuple[Shape, Plan]:
        """One reshape, if the order is kept and every stretch has parts on both sides."""
        order = [part for spec in specs for part in spec.axes]
        if order != sorted(order):
            self.ambiguous("axes change places around sizes that are not named")
        stretches: list[tuple[list[int], list[_Spec]]] = [([], [])]
        position = 0
        for spec in specs:
            if spec.axes:
                last = spec.axes[-1]
                stretches[-1][0].extend(i for i in loose if position <= i < spec.axes[0])
                inside = [i for i in loose if spec.axes[0] < i < last]
                if inside:
                    self.ambiguous("an axis that is not named stands between two that are merged")
                position = last + 1
                stretches.append(([], []))
            elif not spec.one:
                stretches[-1][1].append(spec)
        stretches[-1][0].extend(i for i in loose if i >= position)
        for axes, entries in stretches:
            self.stretch(axes, entries, specs)
        dims = [self.target_dim(spec, stretches) for spec in specs]
        target = tuple(
            self.size(spec.axes[0]) if len(spec.axes) == 1 else spec.dim for spec in specs
        )
        plan = Plan(tuple(self.axes), self.lead is not None, merged=target)
        return self.shape(dims), plan

    def stretch(self, axes: list[int], entries: list[_Spec], specs: list[_Spec]) -> None:
        if bool(axes) != bool(entries):
            if axes:
                self.ambiguous(f"{self.parts[axes[0]]} has no entry between its neighbours")
            after = entries[0].dim or Dim.const(1)
            self.check_count(specs)
            self.ambiguous(f"{after} has no axis between its neighbours")
        if any(entry.dim is None for entry in entries):
            return
        before = reduce(mul, (self.parts[i] for i in axes), Dim.const(1))
        after = reduce(mul, (e.dim for e in entries if e.dim is not None), Dim.const(1))
        if self.unifier.equal(after, before, assume=False) is Verdict.REFUTED:
            self.count_changes(before, after)

    def check_count(self, specs: list[_Spec]) -> None:
        """Whether the whole target can have as many elements as the source (NS309)."""
        sizes = [spec.dim for spec in specs if not spec.axes]
        if any(size is None for size in sizes):
            return
        used = [self.parts[i] for spec in specs for i in spec.axes]
        before = reduce(mul, self.parts, Dim.const(1))
        after = reduce(mul, [*used, *(size for size in sizes if size is not None)], Dim.const(1))
        if (after - before).never_zero:
            self.count_changes(before, after)

    def target_dim(self, spec: _Spec, stretches: list[tuple[list[int], list[_Spec]]]) -> Dim:
        if spec.dim is not None:
            return spec.dim
        for axes, entries in stretches:
            if spec in entries:
                before = reduce(mul, (self.parts[i] for i in axes), Dim.const(1))
                known = [e.dim for e in entries if e.dim is not None]
                try:
                    return before / reduce(mul, known, Dim.const(1))
                except ValueError:
                    self.count_changes(before, reduce(mul, known, Dim.const(1)))
        return Dim.of(Var.fresh("?"))

    # --- small things

    def size(self, part: int) -> int | Dim:
        """A part as a size: an axis of the source where it is a whole one."""
        axis = self.part_of[part]
        return axis if self.part_of.count(axis) == 1 else self.parts[part]

    def shape(self, dims: list[Dim]) -> Shape:
        if self.lead is not None and self.source.seq is not None:
            return Shape((), self.lead, tuple(dims))
        return Shape((*self.lead_dims, *dims))

    def axis_named(self, spec: _Spec) -> int | None:
        if spec.dim is None:
            return None
        label = self.named_axis(spec.names[0]) if len(spec.names) == 1 else None
        if label is not None:
            return label
        found = [i for i, dim in enumerate(self.axes) if dim == spec.dim]
        if len(found) > 1:
            self.ambiguous(f"{spec.dim} is the size of several axes")
        return found[0] if found and spec.dim.constant != 1 else None

    def fail_spec(self, spec: _Spec, axis: int | None) -> None:
        if spec.dim is None:
            self.misplaced(spec, "`others` cannot be reduced", "name the axes that stay")
        if axis is not None:
            problem = f"the axis {spec.dim} is used twice"
            raise RearrangeProblem(AxisLost(spec.node.span, problem, self.source))
        advice = "entries of a reduction are axes of the source, or 1"
        self.misplaced(spec, f"`{spec.node.span.text}` is no axis of the source", advice)

    def misplaced(self, spec: _Spec, problem: str, advice: str) -> NoReturn:
        raise RearrangeProblem(MisplacedOperation(spec.node.span, problem, advice))

    def ambiguous(self, problem: str) -> NoReturn:
        raise RearrangeProblem(Ambiguous(self.node.span, problem, self.source, self.origin))

    def count_changes(self, before: Dim, after: Dim) -> NoReturn:
        target = Shape(tuple(Dim.of(Var.fresh(d.span.text)) for d in self.node.dims))
        raise RearrangeProblem(CountChanges(self.node.span, self.source, target, before, after))


def _names(dim: ast.RearrangeDim) -> list[ast.NameValue]:
    if isinstance(dim, ast.StarDim | ast.Others):
        return []
    return list(names_in(dim.value if isinstance(dim, ast.NamedDim) else dim))
