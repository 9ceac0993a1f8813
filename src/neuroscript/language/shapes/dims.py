"""The algebra of dimensions: integer polynomials over variables and quotients.

A `Dim` is in normal form, so two dimensions are equal exactly if they compare equal. Atoms are
variables, exact quotients `p/q` and rounded-down quotients `floor(p/q)` that could not be divided
out. `repr` prints source syntax.

>>> d, h = Dim.var("d"), Dim.var("h")
>>> (d + h) * (d - h)
d*d - h*h
>>> h * (d / h)
d
>>> (4 * d + 8) / 4
d + 2
>>> (d + 2) - d
2
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from math import gcd

from neuroscript.language.shapes.atoms import (
    Atom,
    Monomial,
    Quotient,
    Var,
    factor_text,
    in_order,
    without,
)

__all__ = [
    "MAX_BITS",
    "MAX_TERMS",
    "Atom",
    "Dim",
    "DividedByZero",
    "Inexact",
    "Monomial",
    "Quotient",
    "Var",
    "unknown",
]

MAX_TERMS = 300
"""Of a sum, with those in its quotients; a size that needs more is one that nobody knows."""

MAX_BITS = 4096
"""Of a coefficient; sizes need 64."""


class Inexact(ValueError):
    """A quotient that has to be a whole number and is none."""

    def __init__(self, over: Dim, under: Dim) -> None:
        super().__init__(f"{over} is not divisible by {under}")
        self.over = over
        self.under = under


class DividedByZero(Inexact, ZeroDivisionError):
    """A quotient of something and 0."""


@dataclass(frozen=True)
class Dim:
    """A sum of monomials with integer coefficients, none of them 0, in a fixed order."""

    terms: tuple[tuple[Monomial, int], ...]

    # --- making one

    @staticmethod
    def const(value: int) -> Dim:
        return Dim((((), value),)) if value else Dim(())

    @staticmethod
    def var(name: str, positive: bool = True) -> Dim:
        return Dim.of(Var(name, 0, positive))

    @staticmethod
    def of(atom: Atom) -> Dim:
        return Dim((((atom,), 1),))

    @staticmethod
    def total(terms: Iterable[tuple[Monomial, int]]) -> Dim:
        """The sum of terms in any order, with any repetition."""
        sums: dict[Monomial, int] = {}
        for monomial, factor in terms:
            sums[monomial] = sums.get(monomial, 0) + factor
        kept = [(monomial, factor) for monomial, factor in sums.items() if factor]
        for term in kept:
            less = _less_divided(*term)
            if less is not None:
                return less + Dim.total(other for other in kept if other is not term)
        if len(kept) > 1 or (kept and kept[0][0]):
            if len(kept) > MAX_TERMS or any(_is_huge(*term) for term in kept):
                return unknown()
            kept.sort(key=lambda term: (-len(term[0]), [atom.key for atom in term[0]]))
        return Dim(tuple(kept))

    # --- looking at one

    @cached_property
    def constant(self) -> int | None:
        """Its value if it has no variables."""
        if not self.terms:
            return 0
        (monomial, factor), *more = self.terms
        return factor if not monomial and not more else None

    @cached_property
    def extent(self) -> int:
        """How many terms it has, with those in its quotients."""
        inner = (
            atom.over.extent + atom.under.extent
            for monomial, _ in self.terms
            for atom in monomial
            if isinstance(atom, Quotient)
        )
        return len(self.terms) + sum(inner)

    @property
    def variable(self) -> Var | None:
        """The variable, if it is nothing else."""
        if len(self.terms) == 1:
            monomial, factor = self.terms[0]
            if factor == 1 and len(monomial) == 1 and isinstance(monomial[0], Var):
                return monomial[0]
        return None

    @cached_property
    def variables(self) -> frozenset[Var]:
        found: set[Var] = set()
        for monomial, _ in self.terms:
            for atom in monomial:
                if isinstance(atom, Var):
                    found.add(atom)
                else:
                    found |= atom.over.variables | atom.under.variables
        return frozenset(found)

    @cached_property
    def is_positive(self) -> bool:
        """Whether it is at least 1 for all values of its variables."""
        return bool(self.terms) and all(
            factor > 0 and all(atom.positive for atom in monomial)
            for monomial, factor in self.terms
        )

    @cached_property
    def never_zero(self) -> bool:
        """Whether it is not 0 for any values of its variables: what refutes an equality."""
        if _at_least_one(self) or _at_least_one(-self):
            return True
        fixed = sum(factor for monomial, factor in self.terms if not monomial)
        common = reduce(gcd, (factor for monomial, factor in self.terms if monomial), 0)
        if fixed % common != 0 if common else fixed != 0:
            return True
        whole = self.without_quotients()
        return whole != self and (whole.is_positive or (-whole).is_positive)

    def without_quotients(self) -> Dim:
        """Times what its exact quotients are divided by: 0 for the same values of its variables."""
        whole = self
        for monomial, _ in self.terms:
            for atom in monomial:
                if isinstance(atom, Quotient) and atom.exact and atom.under.is_positive:
                    whole = whole * atom.under
        return whole

    # --- arithmetic

    def __add__(self, other: Dim | int) -> Dim:
        return Dim.total((*self.terms, *_dim(other).terms))

    def __neg__(self) -> Dim:
        return Dim(tuple((monomial, -factor) for monomial, factor in self.terms))

    def __sub__(self, other: Dim | int) -> Dim:
        return self + -_dim(other)

    def __mul__(self, other: Dim | int) -> Dim:
        other = _dim(other)
        if len(self.terms) * len(other.terms) > 4 * MAX_TERMS:
            return unknown()
        products = [
            _product((*left, *right), a * b) for left, a in self.terms for right, b in other.terms
        ]
        if all(isinstance(product, tuple) for product in products):
            return Dim.total(product for product in products if isinstance(product, tuple))
        return sum((p if isinstance(p, Dim) else Dim((p,)) for p in products), Dim(()))

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: int) -> Dim:
        return _dim(other) - self

    def __truediv__(self, other: Dim | int) -> Dim:
        """The exact quotient; raises ValueError where it is known not to be exact."""
        return _quotient(self, _dim(other), exact=True)

    def __floordiv__(self, other: Dim | int) -> Dim:
        """The quotient rounded down."""
        return _quotient(self, _dim(other), exact=False)

    def substitute(self, values: Mapping[Var, Dim]) -> Dim:
        """With variables replaced; those not in `values` stay."""
        if not any(var in values for var in self.variables):
            return self
        total = Dim(())
        for monomial, factor in self.terms:
            product = Dim.const(factor)
            for atom in monomial:
                product = product * _substituted(atom, values)
            total = total + product
        return total

    def __repr__(self) -> str:
        if not self.terms:
            return "0"
        text = ""
        for monomial, factor in self.terms:
            sign = "-" if factor < 0 else "+"
            size = abs(factor)
            factors = [str(size)] if size != 1 or not monomial else []
            factors += [factor_text(atom) for atom in monomial]
            text += f" {sign} " + "*".join(factors)
        return text[3:] if text.startswith(" + ") else "-" + text[3:]


def unknown() -> Dim:
    """A size that nobody knows, and that equals no other."""
    return Dim.of(Var.fresh("?", positive=False))


def _at_least_one(dim: Dim) -> bool:
    """Whether it is at least 1 wherever its sizes are; quotients by numbers have bounds.

    >>> n = Dim.var("n")
    >>> _at_least_one(n - n // 2), _at_least_one(n - 2 * (n // 2))
    (True, False)
    """
    for _ in range(dim.extent):
        bounded = _without_a_quotient(dim)
        if bounded is None:
            break
        dim = bounded
    least = 0
    for monomial, factor in dim.terms:
        if monomial and (factor < 0 or not all(atom.positive for atom in monomial)):
            return False
        least += factor
    return least >= 1


def _without_a_quotient(dim: Dim) -> Dim | None:
    """Some positive multiple of what a dim is at least, with a quotient by a number less."""
    for i, (monomial, factor) in enumerate(dim.terms):
        for atom in monomial:
            if isinstance(atom, Quotient) and atom.under.constant is not None:
                rest = without(monomial, (atom,)) or ()
                if atom.under.constant > 0 and all(other.positive for other in rest):
                    rounded = atom.under.constant - 1 if factor > 0 and not atom.exact else 0
                    others = Dim(dim.terms[:i] + dim.terms[i + 1 :])
                    bound = (atom.over - rounded) * Dim(((rest, factor),))
                    return others * atom.under.constant + bound
    return None


def _is_huge(monomial: Monomial, factor: int) -> bool:
    """Whether a term is too large to go on with."""
    if factor.bit_length() > MAX_BITS or len(monomial) > MAX_TERMS:
        return True
    return any(
        isinstance(atom, Quotient) and atom.over.extent + atom.under.extent > MAX_TERMS
        for atom in monomial
    )


def _dim(value: Dim | int) -> Dim:
    return value if isinstance(value, Dim) else Dim.const(value)


def _product(atoms: Monomial, factor: int) -> tuple[Monomial, int] | Dim:
    """A product of atoms; an exact quotient meets its divisor and both vanish."""
    for i, atom in enumerate(atoms):
        if isinstance(atom, Quotient) and atom.exact and len(atom.under.terms) == 1:
            under, divisor = atom.under.terms[0]
            rest = without(atoms[:i] + atoms[i + 1 :], under)
            if rest is not None and factor % divisor == 0:
                return atom.over * Dim.total([(in_order(rest), factor // divisor)])
    return in_order(atoms), factor


def _less_divided(atoms: Monomial, factor: int) -> Dim | None:
    """A term whose exact quotient shares a divisor with the factor: 2*(a/4) is a/2."""
    for i, atom in enumerate(atoms):
        if isinstance(atom, Quotient) and atom.exact and (size := atom.under.constant):
            common = gcd(factor, size)
            if common > 1:
                quotient = _quotient(atom.over, Dim.const(size // common), exact=True)
                return quotient * Dim(((in_order(atoms[:i] + atoms[i + 1 :]), factor // common),))
    return None


def _quotient(over: Dim, under: Dim, exact: bool) -> Dim:
    if not under.terms:
        raise DividedByZero(over, under)
    if len(under.terms) > 1:
        if over == under:
            return Dim.const(1)
        return _atom(over, under, exact)
    divisor, size = under.terms[0]
    whole: list[tuple[Monomial, int]] = []
    rest: list[tuple[Monomial, int]] = []
    for monomial, factor in over.terms:
        reduced = without(monomial, divisor)
        if reduced is not None and factor % size == 0:
            whole.append((reduced, factor // size))
        else:
            rest.append((monomial, factor))
    remainder = Dim.total(rest)
    if not remainder.terms:
        return Dim.total(whole)
    if remainder.constant is not None and not divisor:
        if exact:
            raise Inexact(over, under)
        return Dim.total(whole) + remainder.constant // size
    return Dim.total(whole) + _atom(remainder, under, exact)


def _atom(over: Dim, under: Dim, exact: bool) -> Dim:
    if not over.terms:
        return over
    common = reduce(gcd, (factor for _, factor in (*over.terms, *under.terms)))
    over, under = _shrink(over, common), _shrink(under, common)
    if under.constant == 1:
        return over
    if over.extent + under.extent > MAX_TERMS:
        return unknown()
    return Dim.of(Quotient(over, under, exact))


def _shrink(dim: Dim, by: int) -> Dim:
    return Dim(tuple((monomial, factor // by) for monomial, factor in dim.terms))


def _substituted(atom: Atom, values: Mapping[Var, Dim]) -> Dim:
    if isinstance(atom, Var):
        return values.get(atom, Dim.of(atom))
    divide: Callable[[Dim, Dim], Dim] = Dim.__truediv__ if atom.exact else Dim.__floordiv__
    return divide(atom.over.substitute(values), atom.under.substitute(values))
