"""Sizes that must agree: a shape is written `dim 3*dim`, and each name has one value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from math import prod

Shape = tuple[str, ...]
"""Sizes as text: numbers, names, sums and products of them, and `_` for any."""


def written(text: str, numbers: Mapping[str, int] | None = None) -> Shape:
    """The sizes in a text; `{s}` in a name becomes a number, so that each stage has its own.

    >>> written("out{s} 3*dim _", {"s": 2})
    ('out2', '3*dim', '_')
    """
    return tuple((text.format(**numbers) if numbers else text).split())


def likely_sizes(pairs: Iterable[tuple[Shape, tuple[int, ...]]]) -> dict[str, int]:
    """The value that most shapes give to each name.

    >>> likely_sizes([(("dim",), (8,)), (("dim", "dim"), (8, 8)), (("vocab", "dim"), (5, 9))])
    {'dim': 8, 'vocab': 5}
    """
    votes: dict[str, Counter[int]] = {}
    for shape, real in pairs:
        if len(shape) == len(real):
            for size, value in zip(shape, real, strict=True):
                if size.isidentifier() and size != "_":
                    votes.setdefault(size, Counter())[value] += 1
    return {name: counts.most_common(1)[0][0] for name, counts in votes.items()}


def size(text: str, sizes: Mapping[str, int]) -> int | None:
    """What a size comes to; None if it may be any.

    >>> size("rank+2*state", {"rank": 1, "state": 4})
    9
    """
    total = 0
    for term in text.split("+"):
        factors = [int(f) if f.isdigit() else sizes.get(f) for f in term.split("*")]
        if None in factors:
            return None
        total += prod(f for f in factors if f is not None)
    return total


def fits(shape: Shape, real: tuple[int, ...], sizes: Mapping[str, int]) -> bool:
    """Whether a real shape is of this form."""
    if len(shape) != len(real):
        return False
    return all(_fits(text, have, sizes) for text, have in zip(shape, real, strict=True))


def _fits(text: str, have: int, sizes: Mapping[str, int]) -> bool:
    """Of one axis; what is a multiple of an unknown size can at least be divided."""
    want = size(text, sizes)
    if want is not None:
        return want == have
    factor = text.partition("*")[0]
    return not factor.isdigit() or have % int(factor) == 0


def expected(shape: Shape, sizes: Mapping[str, int]) -> str:
    """The shape for a message, with numbers where they are known.

    >>> expected(("3*dim", "inner", "_"), {"dim": 8})
    '[24, inner, any]'
    """
    told = (size(text, sizes) for text in shape)
    texts = ("any" if text == "_" else text for text in shape)
    pairs = zip(told, texts, strict=True)
    return "[" + ", ".join(text if n is None else str(n) for n, text in pairs) + "]"
