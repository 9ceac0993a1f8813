"""`=>` is einops: the same rearrangements, reductions and repetitions on data."""

from __future__ import annotations

from functools import cache
from random import Random

import einops
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from neuroscript.codegen import build, emit
from neuroscript.diagnostics import Severity, render
from neuroscript.language import check_text

SIZES = {"a": 2, "b": 3, "c": 5, "d": 12, "h": 4}
"""Sizes of inputs `a b c`, and of the parameters `d` and `h`, which divides it."""


@cache
def module(source: str, step: str):  # type: ignore[no-untyped-def]
    text = f"neuron A(d=12, h=4):\n    in: [{source}]\n    out: [*]\n    graph: in {step} -> out\n"
    checked = check_text(text)
    assert not checked.has_errors, render(checked.diagnostics)
    return build(emit(checked)).A()


def holds(source: str, step: str, expected: torch.Tensor, x: torch.Tensor) -> None:
    result = module(source, step)(x)
    assert result.shape == expected.shape, step
    torch.testing.assert_close(result, expected)


def data(axes: list[str]) -> torch.Tensor:
    shape = [SIZES[axis] for axis in axes]
    count = torch.tensor(shape).prod().item()
    return torch.arange(count, dtype=torch.float64).reshape(shape) / 7  # sums in another order


def axes_of(rng: Random) -> list[str]:
    return rng.sample(["a", "b", "c", "d"], rng.randrange(1, 5))


def grouped(rng: Random, axes: list[str]) -> list[list[str]]:
    """Neighbours merged at random."""
    groups: list[list[str]] = []
    for axis in axes:
        if groups and rng.random() < 0.3:
            groups[-1].append(axis)
        else:
            groups.append([axis])
    return groups


def written(groups: list[list[str]]) -> tuple[str, str]:
    """Groups as entries of `=>`, and as einops writes them."""
    ours = ", ".join("*".join(group) if group else "1" for group in groups)
    theirs = " ".join(
        group[0] if len(group) == 1 else f"({' '.join(group)})" if group else "1"
        for group in groups
    )
    return ours, theirs


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.randoms(use_true_random=False))
def test_axes_are_split_moved_and_merged(rng: Random) -> None:
    """In one step or in two, `d` split into `h` and `e`, axes of size 1 put in."""
    axes = axes_of(rng)
    left, flat = list(axes), list(axes)
    sizes: dict[str, int] = {}
    named = {}
    if "d" in axes and rng.random() < 0.7:
        at = axes.index("d")
        flat[at : at + 1] = ["h", "e"]
        sizes, named = {"h": SIZES["h"]}, {"e": "e=d/h"}
    rng.shuffle(flat)
    if named:  # major to minor as written
        left[axes.index("d")] = f"({' '.join(axis for axis in flat if axis in 'he')})"
    groups = grouped(rng, flat) if not named else [[axis] for axis in flat]
    if rng.random() < 0.3:
        groups.insert(rng.randrange(len(groups) + 1), [])
    ours, theirs = written(groups)
    step = "=> [" + ", ".join(named.get(entry, entry) for entry in ours.split(", ")) + "]"
    pattern = f"{' '.join(left)} -> {theirs}"
    if named and [] not in groups:  # merged in a second step
        merged, behind = written(grouped(rng, flat))
        step, pattern = f"{step} => [{merged}]", f"{' '.join(left)} -> {behind}"
    x = data(axes)
    holds(", ".join(axes), step, einops.rearrange(x, pattern, **sizes), x)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    st.randoms(use_true_random=False),
    st.sampled_from(["mean", "sum", "min", "max", "prod", "logsumexp"]),
)
def test_unmentioned_axes_are_reduced(rng: Random, operation: str) -> None:
    axes = axes_of(rng)
    kept = rng.sample(axes, rng.randrange(len(axes) + 1))
    ones = [[axis] for axis in kept]
    if rng.random() < 0.3:
        ones.insert(rng.randrange(len(ones) + 1), [])
    ours, theirs = written(ones)
    x = data(axes)
    if operation == "logsumexp":
        gone = tuple(i for i, axis in enumerate(axes) if axis not in kept)
        reduced = torch.logsumexp(x, gone) if gone else x
        left = " ".join(axis for axis in axes if axis in kept)
        expected = einops.rearrange(reduced, f"{left} -> {theirs}")
    else:
        expected = einops.reduce(x, f"{' '.join(axes)} -> {theirs}", operation)
    holds(", ".join(axes), f"=> @reduce({operation}) [{ours}]", expected, x)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.randoms(use_true_random=False))
def test_new_axes_are_copies(rng: Random) -> None:
    axes = axes_of(rng)
    groups = [[axis] for axis in rng.sample(axes, len(axes))]
    sizes = {}
    for name, size in (("x", "7"), ("y", "h"), ("z", "h + 1"))[: rng.randrange(1, 4)]:
        sizes[name] = {"7": 7, "h": 4, "h + 1": 5}[size]
        groups.insert(rng.randrange(len(groups) + 1), [name])
    ours, theirs = written(groups)
    for name, size in (("x", "7"), ("y", "h"), ("z", "h + 1")):
        ours = ", ".join(size if entry == name else entry for entry in ours.split(", "))
    x = data(axes)
    expected = einops.repeat(x, f"{' '.join(axes)} -> {theirs}", **sizes)
    holds(", ".join(axes), f"=> @repeat(copy) [{ours}]", expected, x)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.randoms(use_true_random=False))
def test_what_leads_stays_in_front(rng: Random) -> None:
    """A leading run is einops' `...`, of any rank."""
    axes = rng.sample(["a", "b", "d"], rng.randrange(1, 4))
    groups = grouped(rng, rng.sample(axes, len(axes)))
    ours, theirs = written(groups)
    step, pattern = f"=> [*, {ours}]", f"... {' '.join(axes)} -> ... {theirs}"
    for lead in ((), (3,), (2, 3)):
        x = data(axes).expand(*lead, *(SIZES[axis] for axis in axes))
        holds(f"*, {', '.join(axes)}", step, einops.rearrange(x, pattern), x)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.randoms(use_true_random=False))
def test_others_takes_the_rest_in_its_order(rng: Random) -> None:
    axes = axes_of(rng)
    named = rng.sample(axes, rng.randrange(len(axes)))
    rest = [axis for axis in axes if axis not in named]
    at = rng.randrange(len(named) + 1)
    entries = [*named[:at], "others", *named[at:]]
    groups = [[axis] for axis in named[:at]] + [rest] + [[axis] for axis in named[at:]]
    x = data(axes)
    expected = einops.rearrange(x, f"{' '.join(axes)} -> {written(groups)[1]}")
    holds(", ".join(axes), f"=> [{', '.join(entries)}]", expected, x)


@pytest.mark.parametrize(
    ("source", "step", "code"),
    [
        ("a, b, c", "=> [b, 64, 4]", "NS308"),  # which of the two takes c?
        ("a, 4, 4", "=> [4, a, 4]", "NS308"),  # which of the two moves?
        ("a, d, d", "=> [a, h, d/h, d]", "NS308"),  # which of the two is split?
        ("d, a, 8", "=> [a, d, 2, 4]", "NS308"),  # sizes without names change places
        ("a, b", "=> [a, a]", "NS311"),
        ("a, b", "=> [a]", "NS311"),
        ("a, b", "=> [a, c]", "NS310"),
        ("a, 6", "=> [a, 2, 2]", "NS309"),
        ("a, b", "=> [a, others, others]", "NS312"),
        ("a, b", "=> @reduce(median) [a]", "NS312"),
        ("*, a", "=> [a, others]", "NS313"),
        ("a, d", "=> [a, 5, e=12/5]", "NS509"),
    ],
)
def test_what_can_be_read_in_several_ways_is_refused(source: str, step: str, code: str) -> None:
    text = f"neuron A(d=12, h=4):\n    in: [{source}]\n    out: [*]\n    graph: in {step} -> out\n"
    errors = [d.code for d in check_text(text).diagnostics if d.severity is Severity.ERROR]
    assert errors == [code]
