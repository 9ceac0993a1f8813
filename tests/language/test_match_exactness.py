"""What is said of the arms of a `match`, against every small shape."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from neuroscript.language import check_text

SIZES = (1, 2, 3)
"""Enough to tell tests on 1 and 2 from what is neither."""

ENTRY = st.sampled_from(["1", "2", "x", "y", "*"])


@st.composite
def patterns(draw: st.DrawFn) -> list[str]:
    """Tests, captures that may be repeated, anonymous dims, a rest at any place."""
    entries = draw(st.lists(ENTRY, max_size=3))
    if entries and entries[0] == "*":
        entries[0] = "z"  # a leading `*` alone is a rest
    if draw(st.booleans()):
        entries.insert(draw(st.integers(0, len(entries))), "*rest")
    return entries


def takes(pattern: list[str], shape: tuple[int, ...]) -> bool:
    rest = pattern.index("*rest") if "*rest" in pattern else None
    if rest is not None:
        behind = len(pattern) - rest - 1
        if len(shape) < len(pattern) - 1:
            return False
        shape = shape[:rest] + shape[len(shape) - behind :]
        pattern = pattern[:rest] + pattern[rest + 1 :]
    if len(pattern) != len(shape):
        return False
    seen: dict[str, int] = {}
    for entry, size in zip(pattern, shape, strict=True):
        if entry.isdigit() and int(entry) != size:
            return False
        if entry.isalpha() and seen.setdefault(entry, size) != size:
            return False
    return True


def said(arms: list[list[str]], source: list[str]) -> tuple[list[int], set[str]]:
    """The arms that are never taken, by their number, and whether shapes are missed."""
    rows = "".join(f"            [{', '.join(arm)}]: Identity()\n" for arm in arms)
    text = (
        f"neuron A:\n    in: [{', '.join(source)}]\n    out: [*]\n    graph:\n"
        f"        in -> match:\n{rows}        -> out\n"
    )
    found = check_text(text).diagnostics
    first = text.count("\n", 0, text.index("match:")) + 2
    unreachable = [d.line - first for d in found if d.code == "NS903"]
    return unreachable, {d.code for d in found if d.code in ("NS401", "NS904")}


def shapes(source: list[str]) -> list[tuple[int, ...]]:
    if source == ["*s"]:
        return [shape for rank in range(6) for shape in product(SIZES, repeat=rank)]
    choices = [SIZES if name.isalpha() else (int(name),) for name in source]
    return list(product(*choices))


@settings(max_examples=250, deadline=None)
@given(
    st.lists(patterns(), min_size=1, max_size=4),
    st.sampled_from([["p"], ["p", "q"], ["p", "2"], ["p", "q", "r"], ["2", "q", "1"], ["*s"]]),
)
def test_verdicts_agree_with_every_shape(arms: list[list[str]], source: list[str]) -> None:
    unreachable, codes = said(arms, source)
    possible = shapes(source)
    missed = [shape for shape in possible if not any(takes(arm, shape) for arm in arms)]
    for i, arm in enumerate(arms):
        earlier = arms[:i]
        taken = [s for s in possible if takes(arm, s) and not any(takes(a, s) for a in earlier)]
        covered = any(
            all(takes(a, s) for s in possible if takes(arm, s)) for a in earlier
        ) or not any(takes(arm, s) for s in possible)
        if i in unreachable:
            assert not taken, f"arm {i} takes {taken[0]}"
        elif covered:
            raise AssertionError(f"arm {i} is never taken, and nothing says so")
    if missed:
        assert codes, f"nothing takes {missed[0]}"
    if not codes:
        assert not missed
    if source != ["*s"]:  # of a known rank
        assert ("NS401" in codes) == bool(missed)
