"""What task inference may look at: one output of a neuron, and the first samples of the data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["float", "int", "bool"]
Sizes: TypeAlias = tuple[int, ...]


def shape_text(sizes: Sequence[int | str]) -> str:
    """The shape of a batch of such samples.

    >>> shape_text((3, 8, 8))
    '[batch, 3, 8, 8]'
    """
    return f"[{', '.join(['batch', *map(str, sizes)])}]"


@dataclass(frozen=True, slots=True)
class Values:
    """What the data hold for one port.

    `shape` is that of one sample, `()` for a single number.
    """

    kind: Kind
    shape: Sizes
    binary: bool = False
    """Whether nothing but 0 and 1 was seen."""

    names: tuple[str, ...] = ()
    """Class names, where the data name their classes; their index is the value."""

    whole: bool = False
    """Whether nothing but whole numbers was seen, however they are written."""

    one_hot: bool = False
    """Whether each row of the last dimension holds one 1, and 0 else."""

    shares: bool = False
    """Whether each row of the last dimension adds up to 1, none of it negative."""

    least: float = -math.inf
    greatest: float = math.inf

    @property
    def indices(self) -> bool:
        """Whether these can be the indices of classes."""
        return self.kind != "float" or self.whole

    def __str__(self) -> str:
        kind = f"{len(self.names)} class names" if self.names else self.kind
        return f"{kind}[{', '.join(map(str, self.shape))}]" if self.shape else kind


@dataclass(frozen=True, slots=True)
class Facts:
    """All that decides the task of one output."""

    port: str
    """The output as it was declared, such as `[batch, 1]`."""

    output: Sizes
    """The sizes of one sample's output; `()` where the output is `[batch]`."""

    inputs: tuple[Values, ...]
    target: Values | None
    """None where the data have no targets."""

    last: str | None = None
    """The activation that the output ends in, such as `Sigmoid`."""

    vocabularies: frozenset[int] = field(default_factory=frozenset)
    """How many tokens each embedding of the neuron knows."""

    whole: bool = False
    """Whether the output is `[]`: one number for the whole batch, and none for a sample."""

    def told_by(self, parts: int) -> Facts:
        """The same for a loss that wants so many numbers for each of the target.

        >>> Facts("[batch, 4]", (4,), (), Values("float", (2,))).told_by(2).output
        (2,)
        """
        if not self.output or self.output[-1] % parts:
            return self
        return replace(self, output=(*self.output[:-1], self.output[-1] // parts))

    @property
    def tokens(self) -> Sizes | None:
        """The sizes of a lone input of tokens, None for any other input."""
        if len(self.inputs) == 1 and self.inputs[0].kind == "int" and self.inputs[0].shape:
            return self.inputs[0].shape
        return None

    @property
    def single(self) -> bool:
        """Whether the output is one number a sample: `[batch]` or `[batch, 1]`."""
        return self.output in ((), (1,)) and not self.whole

    @property
    def classes(self) -> int | None:
        """How many classes an output `[batch, classes]` tells apart, else None."""
        return self.output[0] if len(self.output) == 1 and self.output[0] > 1 else None
