"""Did you mean …?"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher

SWAPPED = 0.95
"""How near two names are that differ in two letters that changed places."""

LONGEST = 80
"""Letters of a name that is compared; no slip is made in longer ones."""


def nearest(name: str, candidates: Iterable[str], count: int = 3) -> list[str]:
    """The candidates that `name` is most likely a slip for, best first.

    Letter case never counts as a difference, two neighbouring letters that changed places count
    as one, and the shorter the name, the fewer letters may differ.

    >>> nearest("Liner", ["Linear", "LayerNorm", "Bilinear"])
    ['Linear']
    >>> nearest("lstm", ["LSTM", "GRU"])
    ['LSTM']
    >>> nearest("fti", ["fit", "test"])
    ['fit']
    >>> nearest("x", ["y", "z"])
    []
    """
    wanted, least = name.lower(), 0.7 if len(name) > 3 else 0.8
    if len(wanted) > LONGEST:
        return []
    scored: list[tuple[float, str]] = []
    for candidate in dict.fromkeys(candidates):
        total = len(wanted) + len(candidate)
        if candidate == name or 2 * min(len(wanted), len(candidate)) < least * total:
            continue
        given = candidate.lower()
        if _swapped(wanted, given):
            scored.append((SWAPPED, candidate))
        elif 2 * _shared_letters(wanted, given) >= least * total:
            score = SequenceMatcher(None, wanted, given, autojunk=False).ratio()
            if score >= least:
                scored.append((score, candidate))
    scored.sort(key=lambda pair: (-pair[0], pair[1]))
    best = scored[0][0] if scored else 0.0
    return [candidate for score, candidate in scored[:count] if score >= best - 0.12]


def _shared_letters(one: str, other: str) -> int:
    """How many letters two names have in common, wherever they stand."""
    return sum(min(one.count(letter), other.count(letter)) for letter in set(one))


def _swapped(one: str, other: str) -> bool:
    """Whether two neighbouring letters of one name stand the other way round in the other.

    Names of two letters are too short to tell.
    """
    if len(one) != len(other) or len(one) < 3:
        return False
    differ = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(differ) != 2 or differ[1] != differ[0] + 1:
        return False
    first, second = differ
    return one[first] == other[second] and one[second] == other[first]


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """A help line naming the nearest candidates, or None if nothing is near.

    >>> did_you_mean("Liner", ["Linear", "ReLU"])
    'did you mean `Linear`?'
    """
    near = nearest(name, candidates)
    return f"did you mean {or_list(near)}?" if near else None


def or_list(names: Iterable[str], limit: int = 12) -> str:
    """Names in backticks of which one is meant.

    >>> or_list(["a", "b", "c"])
    '`a`, `b` or `c`'
    """
    return _listed(names, "or", limit)


def and_list(names: Iterable[str], limit: int = 12) -> str:
    """Names in backticks that are meant all together.

    >>> and_list(["a", "b", "c"])
    '`a`, `b` and `c`'
    """
    return _listed(names, "and", limit)


def _listed(names: Iterable[str], word: str, limit: int) -> str:
    quoted = [f"`{name}`" for name in names]
    if len(quoted) > limit:
        return ", ".join(quoted[:limit]) + f" … ({len(quoted) - limit} more)"
    if len(quoted) < 2:
        return "".join(quoted)
    return ", ".join(quoted[:-1]) + f" {word} {quoted[-1]}"
