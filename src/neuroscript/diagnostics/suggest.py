"""Did you mean …?"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher


def nearest(name: str, candidates: Iterable[str], count: int = 3) -> list[str]:
    """The candidates that `name` is most likely a slip for, best first.

    Letter case never counts as a difference, and the shorter the name, the fewer letters may
    differ.

    >>> nearest("Liner", ["Linear", "LayerNorm", "Bilinear"])
    ['Linear']
    >>> nearest("lstm", ["LSTM", "GRU"])
    ['LSTM']
    >>> nearest("x", ["y", "z"])
    []
    """
    wanted = name.lower()
    scored: list[tuple[float, str]] = []
    for candidate in dict.fromkeys(candidates):
        if candidate == name:
            continue
        matcher = SequenceMatcher(None, wanted, candidate.lower(), autojunk=False)
        if matcher.real_quick_ratio() < 0.6:
            continue
        score = matcher.ratio()
        if score >= (0.7 if len(name) > 3 else 0.8):
            scored.append((score, candidate))
    scored.sort(key=lambda pair: (-pair[0], pair[1]))
    best = scored[0][0] if scored else 0.0
    return [candidate for score, candidate in scored[:count] if score >= best - 0.12]


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """A help line naming the nearest candidates, or None if nothing is near.

    >>> did_you_mean("Liner", ["Linear", "ReLU"])
    'did you mean `Linear`?'
    """
    near = nearest(name, candidates)
    return f"did you mean {or_list(near)}?" if near else None


def or_list(names: Iterable[str], limit: int = 12) -> str:
    """Names in backticks, joined for a sentence.

    >>> or_list(["a", "b", "c"])
    '`a`, `b` or `c`'
    """
    quoted = [f"`{name}`" for name in names]
    if len(quoted) > limit:
        return ", ".join(quoted[:limit]) + f" … ({len(quoted) - limit} more)"
    if len(quoted) < 2:
        return "".join(quoted)
    return ", ".join(quoted[:-1]) + " or " + quoted[-1]
