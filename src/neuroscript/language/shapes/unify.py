"""Making shapes equal: solved variables, proofs, refutations and assumptions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.shape import Seq, Shape


class Verdict(Enum):
    PROVED = auto()
    REFUTED = auto()
    ASSUMED = auto()
    """Neither; it holds for some parameters or sizes."""
    OPEN = auto()
    """Not decided before more is known about a variable of the callee."""


class RankMismatch(Exception):
    """Two shapes cannot have the same number of dimensions."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two dims that have to be equal, with where the actual one stands in its shape."""

    expected: Dim
    actual: Dim
    index: int
    """From the start, or negative from the end."""


class Unifier:
    """What is known about the variables of one neuron's body.

    `flexible` variables belong to a callee and take whatever makes a call fit. `independent` ones
    are the named sizes of the neuron's own ports: any size, and so never equal to one another.
    The others are parameters, or sizes that nobody knows.
    """

    def __init__(self, independent: Iterable[Var] = (), parameters: Iterable[Var] = ()) -> None:
        self.independent = set(independent)
        self.parameters = set(parameters)
        self.flexible: set[Var] = set()
        self.flexible_seqs: set[Seq] = set()
        self.dims: dict[Var, Dim] = {}
        self.seqs: dict[Seq, Shape] = {}
        self.guessed = False
        """Whether something that nobody can know before the model runs was taken to fit."""

    # --- variables

    def fresh(self, name: str) -> Dim:
        """A flexible variable."""
        var = Var.fresh(name)
        self.flexible.add(var)
        return Dim.of(var)

    def fresh_seq(self, name: str) -> Seq:
        seq = Seq.fresh(name)
        self.flexible_seqs.add(seq)
        return seq

    def dim(self, dim: Dim) -> Dim:
        """With all that is known put in. Raises ValueError where a division becomes inexact."""
        solved: list[Var] = []
        while not self.dims.keys().isdisjoint(dim.variables):
            if dim.variable is not None:
                solved.append(dim.variable)
            dim = dim.substitute(self.dims)
        for var in solved[:-1]:
            self.dims[var] = dim  # so that long ways are gone once
        return dim

    def shape(self, shape: Shape) -> Shape:
        while shape.seq is not None and shape.seq in self.seqs:
            shape = shape.join(self.seqs[shape.seq])
        return Shape(
            tuple(self.dim(dim) for dim in shape.prefix),
            shape.seq,
            tuple(self.dim(dim) for dim in shape.suffix),
        )

    def unknown(self, seq: Seq | None) -> None:
        """A run of a callee that no input decides is one that nobody knows."""
        if seq in self.flexible_seqs and seq is not None:
            self.seqs[seq] = Shape((), Seq.fresh("?"))

    def settle(self) -> None:
        """Callee variables that nothing has decided become unknown sizes."""
        self.flexible.clear()
        self.flexible_seqs.clear()

    # --- dims

    def equal(self, expected: Dim, actual: Dim, assume: bool = True) -> Verdict:
        """Decide whether two dims are equal, solving a flexible variable if that makes them so.

        With `assume`, an equality that holds for some parameters only is put in from here on.
        """
        difference = self.dim(expected) - self.dim(actual)
        if not difference.terms:
            return Verdict.PROVED
        flexible = [var for var in difference.variables if var in self.flexible]
        if flexible:
            for var in sorted(flexible, key=lambda v: v.key):
                if self.solve(difference, var):
                    return Verdict.PROVED
            return Verdict.REFUTED if difference.never_zero else Verdict.OPEN
        if difference.never_zero:
            return Verdict.REFUTED
        names = difference.variables & self.independent
        if len(names) > 1 and names == difference.variables:
            return Verdict.REFUTED
        if assume:
            order = [*(difference.variables & self.parameters), *names, *difference.variables]
            for var in sorted(dict.fromkeys(order), key=self.preference):
                if self.solve(difference, var):
                    break
        return Verdict.ASSUMED

    def preference(self, var: Var) -> tuple[object, ...]:
        """What is put in for what: a size that nobody knows, a caller's, then a parameter."""
        return var.name != "?", var.number >= 0, var not in self.parameters, var.key

    def solve(self, difference: Dim, var: Var) -> bool:
        """Make `difference` 0 by a value for `var`, if it is linear in it and divides exactly."""
        rest: list[tuple[tuple[object, ...], int]] = []
        coefficient = 0
        for monomial, factor in difference.terms:
            if monomial == (var,):
                coefficient = factor
            elif any(var == atom or var in Dim.of(atom).variables for atom in monomial):
                return False
            else:
                rest.append((monomial, factor))
        if abs(coefficient) != 1:
            constant = Dim(tuple(rest))  # type: ignore[arg-type]
            if not coefficient or any(factor % coefficient for _, factor in constant.terms):
                return False
        self.dims[var] = (Dim(tuple(rest)) * -1) / coefficient  # type: ignore[arg-type]
        return True

    # --- shapes

    def pairs(self, expected: Shape, actual: Shape) -> list[Pair]:
        """The dims that two shapes must have in common; runs are matched on the way.

        Raises RankMismatch.
        """
        expected, actual = self.shape(expected), self.shape(actual)
        if expected.seq is None and actual.seq is None:
            if len(expected.prefix) != len(actual.prefix):
                raise RankMismatch
            return [
                Pair(e, a, i)
                for i, (e, a) in enumerate(zip(expected.prefix, actual.prefix, strict=True))
            ]
        if actual.seq is None:
            return self.absorb(expected, actual)
        if expected.seq is None:
            self.refine(actual, expected)
            return self.pairs(expected, actual)
        return self.both_open(expected, actual)

    def absorb(self, expected: Shape, actual: Shape) -> list[Pair]:
        """The run of `expected` takes the middle of `actual`, which has a known rank."""
        assert expected.seq is not None
        if not self.open(expected.seq):
            raise RankMismatch
        self.guessed |= expected.seq.name == "?"
        front, back = len(expected.prefix), len(expected.suffix)
        middle = len(actual.prefix) - front - back
        if middle < 0:
            raise RankMismatch
        self.seqs[expected.seq] = Shape(actual.prefix[front : front + middle])
        pairs = [Pair(e, actual.prefix[i], i) for i, e in enumerate(expected.prefix)]
        return pairs + [
            Pair(e, actual.prefix[i - back], i - back) for i, e in enumerate(expected.suffix)
        ]

    def open(self, seq: Seq) -> bool:
        """Whether a run can become anything: one of a callee, or one that nobody knows."""
        return seq in self.flexible_seqs or seq.name == "?"

    def refine(self, coarse: Shape, fine: Shape) -> None:
        """The run of `coarse` becomes as many unknown dims as the rank of `fine` leaves it."""
        assert coarse.seq is not None
        self.guessed |= coarse.seq.name == "?"
        missing = len(fine.prefix) - len(coarse.prefix) - len(coarse.suffix)
        if missing < 0:
            raise RankMismatch
        self.seqs[coarse.seq] = Shape(tuple(Dim.of(Var.fresh("?")) for _ in range(missing)))

    def both_open(self, expected: Shape, actual: Shape) -> list[Pair]:
        """Match the ends that both have; the run of the callee takes the rest."""
        assert expected.seq is not None and actual.seq is not None
        front = min(len(expected.prefix), len(actual.prefix))
        back = min(len(expected.suffix), len(actual.suffix))
        pairs = [Pair(expected.prefix[i], actual.prefix[i], i) for i in range(front)]
        pairs += [Pair(expected.suffix[-1 - i], actual.suffix[-1 - i], -1 - i) for i in range(back)]
        left = _middle(expected, front, back)
        right = _middle(actual, front, back)
        if left == right:
            return pairs
        if left.seq == right.seq:
            raise RankMismatch  # a run is never itself and more
        self.guessed |= "?" in (expected.seq.name, actual.seq.name)
        if not left.dims and left.seq is not None and self.open(left.seq):
            self.seqs[left.seq] = right
        elif not right.dims and right.seq is not None and right.seq.name == "?":
            self.seqs[right.seq] = left
        elif right.seq is not None and right.seq.name == "?":
            return pairs  # nobody knows what the run holds
        elif not right.dims and right.seq is not None and left.seq in self.flexible_seqs:
            self.seqs[right.seq] = Shape(
                tuple(Dim.of(Var.fresh("?")) for _ in left.prefix),
                self.fresh_seq("?"),
                tuple(Dim.of(Var.fresh("?")) for _ in left.suffix),
            )
            return self.pairs(expected, actual)
        else:
            # Two runs that are not the same, or dims of each where the other is open.
            raise RankMismatch
        return pairs


def _middle(shape: Shape, front: int, back: int) -> Shape:
    suffix = shape.suffix[: len(shape.suffix) - back]
    return Shape(shape.prefix[front:], shape.seq, suffix)
