"""Laws of the algebra of dimensions, checked against integers."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from neuroscript.language.shapes.dims import Dim, Var

NAMES = ("a", "b", "c")
VALUES = st.fixed_dictionaries({name: st.integers(1, 12) for name in NAMES})


def dims(depth: int = 3) -> st.SearchStrategy[Dim]:
    leaves = st.one_of(
        st.integers(-6, 6).map(Dim.const), st.sampled_from(NAMES).map(lambda name: Dim.var(name))
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(lambda pair: pair[0] + pair[1]),
            st.tuples(inner, inner).map(lambda pair: pair[0] - pair[1]),
            st.tuples(inner, inner).map(lambda pair: pair[0] * pair[1]),
        ),
        max_leaves=6,
    )


def value(dim: Dim, values: dict[str, int]) -> int:
    result = dim.substitute({Var(name): Dim.const(number) for name, number in values.items()})
    assert result.constant is not None
    return result.constant


@given(dims(), dims(), dims())
def test_ring_laws(p: Dim, q: Dim, r: Dim) -> None:
    assert p + q == q + p
    assert p * q == q * p
    assert (p + q) + r == p + (q + r)
    assert (p * q) * r == p * (q * r)
    assert p * (q + r) == p * q + p * r
    assert p - p == Dim.const(0)
    assert p * 1 == p


@given(dims(), dims(), VALUES)
def test_operations_mean_those_of_integers(p: Dim, q: Dim, values: dict[str, int]) -> None:
    assert value(p + q, values) == value(p, values) + value(q, values)
    assert value(p - q, values) == value(p, values) - value(q, values)
    assert value(p * q, values) == value(p, values) * value(q, values)


@given(dims(), st.integers(1, 6), VALUES)
def test_floor_division_is_that_of_integers(p: Dim, n: int, values: dict[str, int]) -> None:
    assert value(p // n, values) == value(p, values) // n


@given(dims(), dims(), VALUES)
def test_exact_division_undoes_multiplication(p: Dim, q: Dim, values: dict[str, int]) -> None:
    assume(value(q, values) != 0)
    assume(q.terms)
    assert value((p * q) / q, values) == value(p, values)


@given(dims())
def test_an_exact_quotient_and_its_divisor_vanish(p: Dim) -> None:
    h = Dim.var("h")
    assert h * (p / h) == p


@given(dims(), VALUES)
def test_what_is_said_to_be_positive_is(p: Dim, values: dict[str, int]) -> None:
    if p.is_positive:
        assert value(p, values) >= 1
    if p.never_zero:
        assert value(p, values) != 0


@given(dims(), dims(), st.integers(2, 6), st.integers(-3, 3), VALUES)
def test_what_is_said_to_differ_from_a_quotient_does(
    p: Dim, q: Dim, n: int, k: int, values: dict[str, int]
) -> None:
    difference = q + k * (p // n)
    if difference.never_zero:
        assert value(difference, values) != 0


def test_a_window_that_halves_a_size_does_not_keep_it() -> None:
    n = Dim.var("n")
    assert (n - n // 2).never_zero
    assert (n - (n // 2) // 2).never_zero
    assert not (n - 2 * (n // 2)).never_zero


@given(dims(), dims())
def test_equal_dims_print_alike(p: Dim, q: Dim) -> None:
    assert (p == q) == (repr(p) == repr(q))


def test_division_with_a_remainder_is_refused() -> None:
    with pytest.raises(ValueError, match="not divisible"):
        Dim.const(7) / 2
    with pytest.raises(ZeroDivisionError):
        Dim.var("a") / 0


def test_a_part_is_not_the_whole() -> None:
    d, h = Dim.var("d"), Dim.var("h")
    assert (d / 2 - d).never_zero
    assert (d / 2 - 2 * d).never_zero
    assert not (d / h - d).never_zero
    assert not (d / 2 - h).never_zero


def test_parts_add_up_to_the_whole() -> None:
    a = Dim.var("a")
    assert a / 2 + a / 2 == a
    assert 3 * (a / 2) - a / 2 == a
    assert 2 * (a / 4) == a / 2
    assert 6 * (a / 4) + a / 2 == 2 * a
    assert (a / 2) * (a / 2) * 4 == a * a
