"""What dimensions are made of: variables, quotients, and products of these."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neuroscript.language.shapes.dims import Dim

_fresh = count(1)


@dataclass(frozen=True, slots=True)
class Var:
    """A variable; two are the same if `name` and `number` are.

    `positive` says that it is the size of a port and so at least 1.
    """

    name: str
    number: int = 0
    positive: bool = True

    @staticmethod
    def fresh(name: str, positive: bool = True) -> Var:
        """A variable that equals no other."""
        return Var(name, next(_fresh), positive)

    def __repr__(self) -> str:
        return self.name

    @property
    def key(self) -> tuple[object, ...]:
        return (0, self.name, self.number)


@dataclass(frozen=True)
class Quotient:
    """`over / under`, exact or rounded down."""

    over: Dim
    under: Dim
    exact: bool

    def __repr__(self) -> str:
        text = f"{_grouped(self.over)}/{_grouped(self.under, product=True)}"
        return text if self.exact else f"floor({text})"

    @cached_property
    def positive(self) -> bool:
        return self.exact and self.over.is_positive and self.under.is_positive

    @cached_property
    def key(self) -> tuple[object, ...]:
        return (1, repr(self), 0)


Atom = Var | Quotient
Monomial = tuple[Atom, ...]
"""A product of atoms in order of their keys, an atom twice for its square."""


def in_order(atoms: Iterable[Atom]) -> Monomial:
    """The product of atoms that come in any order."""
    return tuple(sorted(atoms, key=lambda atom: atom.key))


def without(atoms: Monomial, divisor: Monomial) -> Monomial | None:
    """The product without the atoms of `divisor`, or None if they are not all in it."""
    rest = list(atoms)
    for atom in divisor:
        if atom not in rest:
            return None
        rest.remove(atom)
    return tuple(rest)


def factor_text(atom: Atom) -> str:
    """An atom as it is written in a product."""
    return repr(atom) if isinstance(atom, Var) or not atom.exact else f"({atom!r})"


def _grouped(dim: Dim, product: bool = False) -> str:
    simple = len(dim.terms) < 2 and not (product and "*" in repr(dim))
    return repr(dim) if simple else f"({dim!r})"
