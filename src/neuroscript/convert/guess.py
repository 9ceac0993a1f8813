"""Which model the names of weights look like."""

from __future__ import annotations

from collections.abc import Collection

from neuroscript.convert.families import families, load
from neuroscript.convert.family import Side
from neuroscript.convert.slots import matched
from neuroscript.convert.spelling import Spelling


def looks_like(names: Collection[str], side: Side = "theirs") -> str | None:
    """The family to which most of these names belong; None if most belong to none.

    `side` says whether names of transformers are meant, or ours.

    >>> looks_like(["transformer.wte.weight", "transformer.h.0.ln_1.weight", "lm_head.weight"])
    'gpt2'
    >>> looks_like(["linear.weight"]) is None
    True
    """
    best, most = None, len(names) // 2
    for name in families():
        family = load(name)
        spelling = Spelling.of(family, names)
        plain = {spelling.plain(name) for name in names} if side == "theirs" else set(names)
        count = matched(family, plain, side)
        if count > most:
            best, most = name, count
    return best


def advice(names: Collection[str], wanted: Side) -> str | None:
    """What to do with weights of which none was taken for what was wanted."""
    family = looks_like(names, wanted)
    if family is not None:
        return f"the names are those of `{family}`"
    starts = {name.partition(".")[0] for name in names}
    inner = [name.partition(".")[2] for name in names]
    if wanted == "ours" and len(starts) == 1 and looks_like(inner, "ours") is not None:
        return f"they are those of a part, `{starts.pop()}`; `--part` names it"
    other: Side = "ours" if wanted == "theirs" else "theirs"
    if looks_like(names, other) is None:
        return None
    if other == "ours":
        return "the names are ours already; `--from` converts to transformers"
    return "the names are those of transformers; `--to` converts them to ours"
