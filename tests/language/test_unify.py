"""Laws of making shapes equal, checked against integers."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.shape import Seq, Shape
from neuroscript.language.shapes.unify import RankMismatch, Unifier, Verdict

NAMES = ("a", "b", "c")
VALUES = st.fixed_dictionaries({Var(name): st.integers(1, 12).map(Dim.const) for name in NAMES})
Values = dict[Var, Dim]

LEAVES = st.one_of(
    st.integers(1, 6).map(Dim.const), st.sampled_from(NAMES).map(lambda name: Dim.var(name))
)


def _quotient(pair: tuple[Dim, int]) -> Dim:
    try:
        return pair[0] / pair[1]
    except ValueError:
        return pair[0]


DIMS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: pair[0] + pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] - pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] * pair[1]),
        st.tuples(inner, st.integers(2, 3)).map(lambda pair: pair[0] // pair[1]),
        st.tuples(inner, st.integers(2, 3)).map(_quotient),
    ),
    max_leaves=5,
)


def number(dim: Dim, values: Values) -> int | None:
    """None where a division is not exact."""
    try:
        return dim.substitute(values).constant
    except ValueError:
        return None


@given(DIMS, DIMS, VALUES)
def test_what_is_proved_holds_and_what_is_refuted_never_does(
    p: Dim, q: Dim, values: Values
) -> None:
    verdict = Unifier().equal(p, q, assume=False)
    left, right = number(p, values), number(q, values)
    assume(left is not None and right is not None)
    if verdict is Verdict.PROVED:
        assert left == right
    if verdict is Verdict.REFUTED:
        assert left != right


@given(DIMS, DIMS)
def test_the_order_of_sides_does_not_matter(p: Dim, q: Dim) -> None:
    assert Unifier().equal(p, q, assume=False) is Unifier().equal(q, p, assume=False)


@given(DIMS)
def test_everything_equals_itself(p: Dim) -> None:
    assert Unifier().equal(p, p) is Verdict.PROVED


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(LEAVES, LEAVES, DIMS, VALUES)
def test_an_assumption_says_no_more_than_the_equality(
    p: Dim, q: Dim, r: Dim, values: Values
) -> None:
    """Sizes for which both sides are equal are still possible once that is assumed."""
    p, q = p + r - q, r  # often equal
    unifier = Unifier()
    verdict = unifier.equal(p, q)
    left, right = number(p, values), number(q, values)
    assume(left is not None and left == right)
    assert verdict is not Verdict.REFUTED
    for var, solution in unifier.dims.items():
        assert number(solution, values) == values[var].constant


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(DIMS, DIMS)
def test_what_is_assumed_is_proved_from_then_on(p: Dim, q: Dim) -> None:
    unifier = Unifier()
    assume(unifier.equal(p, q) is Verdict.ASSUMED and unifier.dims)
    with contextlib.suppress(ValueError):  # a solution that makes a quotient inexact is told
        assert unifier.equal(p, q) is Verdict.PROVED


@given(DIMS, DIMS, VALUES)
def test_equal_dims_stay_equal_under_substitution(p: Dim, q: Dim, values: Values) -> None:
    one, other = p * q, q * p
    assert one == other
    try:
        moved = one.substitute({Var("a"): Dim.var("b") + 1})
    except ValueError:
        return  # a quotient is inexact now
    assert moved == other.substitute({Var("a"): Dim.var("b") + 1})
    shifted = {**values, Var("a"): values[Var("b")] + 1}
    expected = number(other, shifted)  # None where a quotient is inexact, though 0 times it is 0
    assert expected is None or number(moved, values) in (None, expected)


@given(DIMS)
def test_a_flexible_variable_takes_what_it_meets(p: Dim) -> None:
    unifier = Unifier()
    fresh = unifier.fresh("n")
    assert unifier.equal(fresh, p) is Verdict.PROVED
    assert unifier.dim(fresh) == p


@given(st.integers(1, 9), st.integers(1, 9), LEAVES)
def test_a_linear_equation_is_solved_exactly(factor: int, offset: int, p: Dim) -> None:
    unifier = Unifier()
    fresh = unifier.fresh("n")
    assert unifier.equal(factor * fresh + offset, factor * p + offset) is Verdict.PROVED
    assert unifier.dim(fresh) == p


def test_independent_sizes_are_never_equal() -> None:
    a, b = Dim.var("a"), Dim.var("b")
    assert Unifier([Var("a"), Var("b")]).equal(a, b) is Verdict.REFUTED
    assert Unifier([Var("a")], [Var("b")]).equal(a, b) is Verdict.ASSUMED


# --- shapes

SIZES = st.lists(LEAVES, max_size=3).map(tuple)


@given(SIZES, SIZES, SIZES)
def test_a_run_takes_what_its_ends_leave(
    front: tuple[Dim, ...], middle: tuple[Dim, ...], back: tuple[Dim, ...]
) -> None:
    unifier = Unifier()
    run = unifier.fresh_seq("s")
    pairs = unifier.pairs(Shape(front, run, back), Shape(front + middle + back))
    assert unifier.shape(Shape((), run)) == Shape(middle)
    assert [pair.expected for pair in pairs] == [*front, *back]
    assert all(pair.expected == pair.actual for pair in pairs)


@given(SIZES, SIZES)
def test_ranks_that_differ_are_told(one: tuple[Dim, ...], other: tuple[Dim, ...]) -> None:
    assume(len(one) != len(other))
    with pytest.raises(RankMismatch):
        Unifier().pairs(Shape(one), Shape(other))


@given(SIZES, SIZES, SIZES)
def test_a_run_meets_itself(
    front: tuple[Dim, ...], back: tuple[Dim, ...], other: tuple[Dim, ...]
) -> None:
    unifier, run = Unifier(), Seq("s")
    assert len(unifier.pairs(Shape(front, run, back), Shape(front, run, back))) == len(front + back)
    with pytest.raises(RankMismatch):
        unifier.pairs(Shape((), run), Shape((), Seq("t")))


def test_sizes_that_no_whole_number_makes_equal_are_refuted() -> None:
    unifier = Unifier()
    channels = unifier.fresh("channels")
    assert unifier.equal(channels * 4, Dim.const(9)) is Verdict.REFUTED
    assert unifier.equal(channels * Dim.var("r"), Dim.const(9)) is Verdict.OPEN
    assert unifier.equal(channels * 4, Dim.const(8)) is Verdict.PROVED
    assert unifier.dim(channels) == Dim.const(2)
