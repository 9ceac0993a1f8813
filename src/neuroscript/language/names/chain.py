"""What flows along the arrows of a graph while it is being resolved."""

from __future__ import annotations

from dataclasses import dataclass, field

from neuroscript.diagnostics import Span
from neuroscript.language.names.flow import Tensor


@dataclass(frozen=True, slots=True)
class Bundle:
    """What flows along an arrow: tensors with the names of the ports they come from."""

    tensors: tuple[Tensor, ...]
    ports: tuple[str, ...]
    span: Span
    known: bool = True
    """False for what an earlier mistake leaves unclear; nothing more is said about it."""

    def pick(self, port: str | int) -> Tensor | None:
        if isinstance(port, int):
            return self.tensors[port] if port < len(self.tensors) else None
        return self.tensors[self.ports.index(port)] if port in self.ports else None


@dataclass(slots=True)
class Chain:
    """The current value of a block, and the values on the way to it that have no name yet."""

    current: Bundle | None
    source: Tensor | None = None
    unnamed: list[Tensor] = field(default_factory=list)


@dataclass(slots=True)
class Named:
    """An intermediate: what it is now and where it was last named."""

    bundle: Bundle
    span: Span


class Failed(Exception):
    """The rest of a line cannot be resolved; what is wrong has been reported."""
