"""Whether a neuron fits an arm of `match(p):`, and what has to hold for that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from neuroscript.diagnostics import Span
from neuroscript.language.names.flow import ContractArm, Selection
from neuroscript.language.shapes.conditions import equal, size_value, with_sizes
from neuroscript.language.shapes.contract_shapes import pattern_shape
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.join import Learnt
from neuroscript.language.shapes.shape import Seq, Shape
from neuroscript.language.shapes.types import Inferred, TensorType
from neuroscript.language.shapes.unify import Pair, RankMismatch, Verdict
from neuroscript.language.shapes.values import Abstract, NeuronValue
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import names_in

if TYPE_CHECKING:
    from neuroscript.language.shapes.body import Body


class Fit(NamedTuple):
    """How a neuron fits an arm: the sizes that it captures, and what has to hold for that."""

    captured: dict[str, Abstract]
    learnt: Learnt
    proved: bool
    conditions: tuple[ast.Value, ...] | None
    """What parameters have to be for it; None if it is no matter of this neuron's alone."""


def fitting(
    body: Body, step: Selection, signature: Inferred, value: NeuronValue
) -> list[tuple[int, Fit]]:
    """The arms that may be taken: up to the first that fits whatever the parameters are."""
    found: list[tuple[int, Fit]] = []
    for index, arm in enumerate(step.arms):
        fit = _fit(body, arm, signature, value)
        if fit is not None:
            found.append((index, fit))
            if fit.proved:
                break
    return found


def _fit(body: Body, arm: ContractArm, signature: Inferred, value: NeuronValue) -> Fit | None:
    """None if the neuron does not fit the arm."""
    contract, definition = arm.contract, value.definition
    if len(contract.inputs) != len(signature.inputs):
        return None
    if len(contract.outputs) != len(signature.outputs):
        return None
    saved = body.snapshot()
    trial = _Trial(body, arm.span)
    trial.hold(contract.inputs, signature.inputs, definition.input_names, given=True)
    trial.hold(contract.outputs, signature.outputs, definition.output_names, given=False)
    fit = trial.result(arm.guard)
    body.restore(saved)
    return fit


class _Trial:
    """One arm held against a signature."""

    def __init__(self, body: Body, span: Span) -> None:
        self.body = body
        self.span = span
        self.captured: dict[str, Abstract] = {}
        self.runs: dict[Seq, Seq] = {}
        self.fits = True
        self.proved = True
        self.conditions: list[ast.Value | None] = []

    def hold(
        self,
        patterns: Sequence[ast.PortPattern],
        types: Sequence[TensorType],
        names: Sequence[str],
        given: bool,
    ) -> None:
        """Ports of the arm against those of the neuron, by name if they have one, else in order.

        `given` says that the neuron takes what arrives here.
        """
        for i, pattern in enumerate(patterns):
            position = i
            if pattern.name is not None:
                if pattern.name.text not in names:
                    self.fits = False
                    return
                position = names.index(pattern.name.text)
            shape = pattern_shape(self.body, pattern.shape, self.captured)
            actual = self._with_free_run(types[position].shape)
            verdict, open_pairs = _unifies(self.body, shape, actual, given)
            self.fits = self.fits and verdict is not Verdict.REFUTED
            self.proved = self.proved and verdict is Verdict.PROVED
            self.conditions += [equal(x, y, self.span) for x, y in open_pairs]

    def _with_free_run(self, shape: Shape) -> Shape:
        """A run of the neuron's own can be any, the same at each of its ports."""
        if shape.seq is None:
            return shape
        if shape.seq not in self.runs:
            self.runs[shape.seq] = self.body.unifier.fresh_seq(shape.seq.name)
        return Shape(shape.prefix, self.runs[shape.seq], shape.suffix)

    def result(self, guard: ast.Value | None) -> Fit | None:
        """What came of it, with the guard of the arm."""
        captured = self._sizes(self.captured)
        if self.fits and guard is not None:
            self._guard(guard, captured)
        if not self.fits:
            return None
        needed = tuple(c for c in self.conditions if c is not None and self.is_known_early(c))
        decidable = len(needed) == len(self.conditions)
        learnt = dict(self.body.unifier.dims)
        return Fit(captured, learnt, self.proved, needed if decidable else None)

    def is_known_early(self, condition: ast.Value) -> bool:
        """Whether a condition is over what is known when a model is built."""
        definition = self.body.definition
        known = {*definition.params, *definition.bindings}
        return all(name.name in known for name in names_in(condition))

    def _guard(self, guard: ast.Value, captured: dict[str, Abstract]) -> None:
        sizes = {n: d for n, d in self.body.names.items() if isinstance(d, Dim)}
        holds = self.body.evaluator({**self._sizes(sizes), **captured}).condition(guard)
        self.fits, self.proved = holds is not False, self.proved and holds is True
        if holds is None:
            known = {n: size_value(d, self.span) for n, d in captured.items() if isinstance(d, Dim)}
            self.conditions.append(with_sizes(guard, known))

    def _sizes(self, names: Mapping[str, Abstract]) -> dict[str, Abstract]:
        """With all that is known put in."""
        dim = self.body.unifier.dim
        return {n: dim(d) if isinstance(d, Dim) else d for n, d in names.items()}


def _unifies(
    body: Body, pattern: Shape, actual: Shape, given: bool
) -> tuple[Verdict, list[tuple[Dim, Dim]]]:
    """Proved if the shapes are equal whatever the parameters are, refuted if they cannot be.

    Otherwise the sizes that have to be equal are with it. `given` says that the neuron takes what
    arrives here, so that a parameter is what it takes.
    """
    try:
        if actual.seq is not None and pattern.seq is None:
            pairs = body.unifier.pairs(actual, pattern)
        else:
            pairs = body.unifier.pairs(pattern, actual)
        sides = [(body.unifier.dim(pair.expected), body.unifier.dim(pair.actual)) for pair in pairs]
        verdicts = [_same(body, pair, given) for pair in pairs]
    except (RankMismatch, ValueError):
        return Verdict.REFUTED, []
    if Verdict.REFUTED in verdicts:
        return Verdict.REFUTED, []
    open_pairs = [
        side for side, verdict in zip(sides, verdicts, strict=True) if verdict is Verdict.ASSUMED
    ]
    return Verdict.PROVED if set(verdicts) <= {Verdict.PROVED} else Verdict.ASSUMED, open_pairs


def _same(body: Body, pair: Pair, given: bool) -> Verdict:
    sides = body.unifier.dim(pair.expected).variable, body.unifier.dim(pair.actual).variable
    verdict = body.unifier.equal(pair.expected, pair.actual)
    of_parameter = any(side in body.unifier.parameters for side in sides)
    if given and verdict is Verdict.ASSUMED and of_parameter:
        return Verdict.PROVED
    return verdict
