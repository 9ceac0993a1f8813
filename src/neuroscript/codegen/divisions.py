"""Divisions between integers that nothing proves exact: tested when the model is made."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from neuroscript.codegen.expression import divisions
from neuroscript.codegen.raising import write_test
from neuroscript.language.shapes.dims import Dim, Quotient, Var
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import values_of

if TYPE_CHECKING:
    from neuroscript.codegen.construct import Constructor


MAX_REMAINDERS = 1000
"""How many cases are tried to prove a division exact."""


class Divisions:
    """Writes the tests, each once: `tested` are those that stand before the place at hand."""

    def __init__(self, constructor: Constructor) -> None:
        self.constructor = constructor
        self.tested: set[str] = set()

    def guard_item(self, item: ast.Item) -> None:
        for value in values_of(item):
            self.guard(value)

    def guard_apart(self, value: ast.Value) -> None:
        """The same where only some calls come by: what follows tests again."""
        before = set(self.tested)
        self.guard(value)
        self.tested = before

    def guard(self, value: ast.Value) -> None:
        write = self.constructor.in_init
        for division in divisions(value):
            result = self.constructor.value(division)
            if not isinstance(result, Dim) or not _inexact(result):
                continue
            over, under = write.operand(division.left, 6), write.operand(division.right)
            test = f"{over} % {under}"
            if test not in self.tested:
                self.tested.add(test)
                shown = [text if text.isdigit() else f"{{{text}}}" for text in (over, under)]
                message = f"NS509: {shown[0]} cannot be divided by {shown[1]}"
                write_test(self.constructor.init, test, message, division.span)


def _inexact(dim: Dim) -> bool:
    atoms = (atom for monomial, _ in dim.terms for atom in monomial)
    return any(
        isinstance(atom, Quotient) and atom.exact and not always_whole(atom) for atom in atoms
    )


def always_whole(quotient: Quotient) -> bool:
    """Whether a polynomial is a multiple of a small number for every remainder of its variables.

    One with a division in it is none, and its remainders say nothing.

    >>> n, two = Dim.var("n"), Dim.const(2)
    >>> sizes = (n * (n + 1), n * (n + 2), n / two * (n / two + 1))
    >>> [always_whole(Quotient(over, two, True)) for over in sizes]
    [True, False, False]
    """
    over, size, variables = quotient.over, quotient.under.constant, [*quotient.over.variables]
    if size is None or size < 1 or size ** len(variables) > MAX_REMAINDERS:
        return False
    if not all(isinstance(atom, Var) for monomial, _ in over.terms for atom in monomial):
        return False
    for remainders in product(range(size), repeat=len(variables)):
        values = dict(zip(variables, map(Dim.const, remainders), strict=True))
        value = over.substitute(values).constant
        if value is None or value % size:
            return False
    return True
