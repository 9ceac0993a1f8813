"""Shapes: dimensions in order, with at most one run of any length among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

from neuroscript.language.shapes.dims import Dim, Var

_fresh = count(1)


@dataclass(frozen=True, slots=True)
class Seq:
    """A variable for zero or more dimensions, written `*name`."""

    name: str
    number: int = 0

    @staticmethod
    def fresh(name: str) -> Seq:
        return Seq(name, next(_fresh))

    def __repr__(self) -> str:
        return f"*{self.name}"


@dataclass(frozen=True, slots=True)
class Shape:
    """`prefix`, then `seq` if there is one, then `suffix` (empty without `seq`).

    >>> Shape((Dim.var("b"),), Seq("s"), (Dim.const(3),))
    [b, *s, 3]
    """

    prefix: tuple[Dim, ...]
    seq: Seq | None = None
    suffix: tuple[Dim, ...] = ()

    @property
    def rank(self) -> int | None:
        """The number of dimensions, where it is known."""
        return len(self.prefix) if self.seq is None else None

    @property
    def dims(self) -> tuple[Dim, ...]:
        """The dimensions that are known, in order."""
        return self.prefix + self.suffix

    def join(self, middle: Shape) -> Shape:
        """With `seq` replaced by another shape."""
        if middle.seq is None:
            return Shape(self.prefix + middle.prefix + self.suffix)
        return Shape(self.prefix + middle.prefix, middle.seq, middle.suffix + self.suffix)

    def join_behind(self, dims: tuple[Dim, ...]) -> Shape:
        """With more dimensions at its end."""
        if self.seq is None:
            return Shape(self.prefix + dims)
        return Shape(self.prefix, self.seq, self.suffix + dims)

    def substitute(self, dims: Mapping[Var, Dim], seqs: Mapping[Seq, Shape]) -> Shape:
        shape = Shape(
            tuple(dim.substitute(dims) for dim in self.prefix),
            self.seq,
            tuple(dim.substitute(dims) for dim in self.suffix),
        )
        if shape.seq is not None and shape.seq in seqs:
            return shape.join(seqs[shape.seq])
        return shape

    def __repr__(self) -> str:
        seq = [repr(self.seq)] if self.seq is not None else []
        return f"[{', '.join([*map(repr, self.prefix), *seq, *map(repr, self.suffix)])}]"
