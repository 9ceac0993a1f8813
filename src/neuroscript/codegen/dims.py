"""Sizes as Python: of the tensor at hand where it has them, else from parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from neuroscript.language.shapes.dims import Atom, Dim, Quotient, Var

ParamText = Callable[[str], str | None]
"""How a parameter is read, or None for a name that is no parameter."""


class Sizes:
    """Writes dims; `axes` are sizes that can be read off, with the expression for each."""

    def __init__(self, axes: Sequence[tuple[Dim, str]], param: ParamText) -> None:
        self.axes = axes
        self.param = param

    def text(self, dim: Dim) -> str | None:
        """The expression for a dim, or None where nothing at hand gives it."""
        if dim.constant is not None:
            return str(dim.constant)
        for size, text in self.axes:
            if size == dim:
                return text
        terms = []
        for monomial, factor in dim.terms:
            term = self.term(monomial, factor)
            if term is None:
                return None
            terms.append(term)
        return " + ".join(terms).replace("+ -", "- ")

    def term(self, monomial: tuple[Atom, ...], factor: int) -> str | None:
        parts: list[str] = []
        for atom in monomial:
            text = self.atom(atom)
            if text is None:
                return None
            first = not parts and factor == 1  # `a // b * c` divides before it multiplies
            parts.append(text if first or isinstance(atom, Var) else f"({text})")
        if not parts:
            return str(factor)
        if factor == -1:
            parts[0] = f"-{parts[0]}"
        elif factor != 1:
            parts.insert(0, str(factor))
        return " * ".join(parts)

    def atom(self, atom: Atom) -> str | None:
        if isinstance(atom, Var):
            return self.variable(atom)
        return self.quotient(atom)

    def variable(self, var: Var) -> str | None:
        for size, text in self.axes:
            if size.variable == var:
                return text
        return self.param(var.name) if var.number == 0 else None

    def quotient(self, atom: Quotient) -> str | None:
        over, under = self.text(atom.over), self.text(atom.under)
        if over is None or under is None:
            return None
        over = over if len(atom.over.terms) == 1 else f"({over})"
        under = under if under.replace(".", "").replace("_", "").isalnum() else f"({under})"
        return f"{over} // {under}"


def only_params(dim: Dim, params: Mapping[str, object]) -> bool:
    """Whether a dim is known once the parameters are."""
    return all(var.number == 0 and var.name in params for var in dim.variables)
