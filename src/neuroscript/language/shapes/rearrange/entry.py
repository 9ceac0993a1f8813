"""One entry of a target `[..]`, and the axes that it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from neuroscript.language.shapes.dims import Dim
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import names_in


@dataclass(slots=True)
class Entry:
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


def written_names(dim: ast.RearrangeDim) -> list[ast.NameValue]:
    """The names that an entry mentions."""
    if isinstance(dim, ast.StarDim | ast.Others):
        return []
    return list(names_in(dim.value if isinstance(dim, ast.NamedDim) else dim))
