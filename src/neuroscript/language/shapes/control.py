"""Steps that decide: `if` at construction, `match` by shape or by signature; counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from neuroscript.diagnostics import Span
from neuroscript.language.names.flow import (
    Choice,
    ContractArm,
    Dispatch,
    Region,
    Selection,
    ShapeArm,
    Tensor,
)
from neuroscript.language.shapes.conditions import all_of, equal, size_value, with_sizes
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.errors import BadCount, NoArmFits
from neuroscript.language.shapes.join import Learnt, join
from neuroscript.language.shapes.patterns import Pattern, check_arms
from neuroscript.language.shapes.shape import Shape
from neuroscript.language.shapes.types import Inferred, TensorType
from neuroscript.language.shapes.unify import Pair, RankMismatch, Verdict
from neuroscript.language.shapes.values import (
    Abstract,
    Aggregate,
    AnyNeuron,
    Known,
    NeuronValue,
    OneOf,
    Unknown,
    kind_of,
)
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.language.shapes.body import Body

MAX_COUNT = 10_000


# --- if


def choose(body: Body, step: Choice) -> bool:
    """The branch that is taken, where that is known; else what all have in common."""
    possible: list[Region] = []
    decided = False
    for condition, region in step.branches:
        holds = body.evaluator().condition(condition)
        if holds is not False:
            possible.append(region)
        if holds is True:
            decided = True
            break
    if not decided:
        possible.append(step.otherwise)
    if len(possible) == 1:
        region = possible[0]
        body.walk(region.steps)
        return _pass_on(body, step.outputs, region.results) and _pass_on(
            body, *_written(step.writes, region)
        )
    return _joined(body, step, [(region, {}, {}) for region in possible], strict=True)


def _written(
    writes: Mapping[str, Tensor], region: Region
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Outputs as they go on, and as a region writes them; one that it misses has been told."""
    names = [name for name in writes if name in region.writes]
    return tuple(writes[name] for name in names), tuple(region.writes[name] for name in names)


def _pass_on(body: Body, outputs: tuple[Tensor, ...], results: tuple[Tensor, ...]) -> bool:
    for output, result in zip(outputs, results, strict=False):
        if result.index not in body.types:
            return False
        body.types[output.index] = body.types[result.index]
    return True


def _joined(
    body: Body,
    step: Choice | Dispatch | Selection,
    regions: Sequence[tuple[Region, Mapping[str, Abstract], Learnt]],
    strict: bool,
) -> bool:
    """Walk each region for itself and join what they give."""
    results: list[tuple[tuple[TensorType, ...], Span, Learnt]] = []
    writes: list[tuple[tuple[TensorType, ...], Span, Learnt]] = []
    complete = True
    for region, names, known in regions:
        saved = body.snapshot()
        body.names.update(names)
        body.unifier.dims.update(known)
        outer, body.failed = body.failed, False
        body.walk(region.steps)
        body.settle_region(region.steps)
        found = _types(body, region.results)
        written = _types(body, tuple(region.writes[n] for n in step.writes if n in region.writes))
        complete &= found is not None and written is not None
        place = region.results[0].span if region.results else step.span
        if found is not None and written is not None:
            learnt = dict(body.unifier.dims)
            results.append((found, place, learnt))
            writes.append((written, place, learnt))
        body.failed |= outer
        body.restore(saved)
    joined = join(body, results, step.span, strict) if results else None
    outputs = join(body, writes, step.span, strict) if writes else None
    if joined is None or outputs is None:
        return False
    _store(body, step.outputs, joined, step.span)
    _store(body, tuple(step.writes.values()), outputs, step.span)
    return complete


def _types(body: Body, tensors: tuple[Tensor, ...]) -> tuple[TensorType, ...] | None:
    if not all(tensor.index in body.types for tensor in tensors):
        return None
    return tuple(body.final(body.types[tensor.index]) for tensor in tensors)


def _store(
    body: Body, tensors: tuple[Tensor, ...], types: tuple[TensorType, ...], span: Span
) -> None:
    for tensor, type_ in zip(tensors, types, strict=False):
        origins = tuple(origin or (span, "comes out here") for origin in type_.origins)
        body.types[tensor.index] = TensorType(type_.shape, type_.dtype, origins)


# --- match on a shape


def dispatch(body: Body, step: Dispatch) -> bool:
    """Each arm sees the source as its pattern describes it."""
    if step.source.index not in body.types:
        return False
    source = body.unifier.shape(body.types[step.source.index].shape)
    patterns = [Pattern.read(arm.pattern, arm.guard, body) for arm in step.arms]
    check_arms(body, step, source, patterns)
    results: list[tuple[tuple[TensorType, ...], Span, Learnt]] = []
    writes: list[tuple[tuple[TensorType, ...], Span, Learnt]] = []
    complete = True
    for arm, pattern in zip(step.arms, patterns, strict=True):
        saved = body.snapshot()
        if pattern.refine(source):
            found = _arm(body, step, arm, pattern)
            complete &= found is not None
            if found is not None:
                learnt = dict(body.unifier.dims)
                results.append((found[0], arm.span, learnt))
                writes.append((found[1], arm.span, learnt))
        body.restore(saved)
    joined = join(body, results, step.span, strict=False) if results else None
    outputs = join(body, writes, step.span, strict=False) if writes else None
    if joined is None or outputs is None:
        return False
    _store(body, step.outputs, joined, step.span)
    _store(body, tuple(step.writes.values()), outputs, step.span)
    return complete


def _arm(
    body: Body, step: Dispatch, arm: ShapeArm, pattern: Pattern
) -> tuple[tuple[TensorType, ...], tuple[TensorType, ...]] | None:
    source = body.types[step.source.index]
    refined = body.final(source)
    names = pattern.axis_names(refined.shape)
    body.types[step.source.index] = TensorType(refined.shape, refined.dtype, refined.origins, names)
    body.names.update(pattern.captured)
    if arm.guard is not None:
        body.evaluator().condition(arm.guard)
    outer, body.failed = body.failed, False
    body.walk(arm.region.steps)
    body.settle_region(arm.region.steps)
    body.failed |= outer
    results = _types(body, arm.region.results)
    written = tuple(arm.region.writes[n] for n in step.writes if n in arm.region.writes)
    outputs = _types(body, written)
    body.types[step.source.index] = source
    return None if results is None or outputs is None else (results, outputs)


# --- match on a signature


def select(body: Body, step: Selection) -> bool:
    """The first arm that the neuron fits; each for itself while the neuron is not known."""
    value = body.names[step.param]
    if isinstance(value, OneOf):
        value = value.options[0]
    regions: list[tuple[Region, Mapping[str, Abstract], Learnt]]
    if not isinstance(value, NeuronValue):
        regions = [(arm.region, _assumed(body, step.param, arm.contract), {}) for arm in step.arms]
        return _joined(body, step, regions, strict=False)
    signature = _signature(body, value)
    fits = _fitting(body, step, signature, value)
    if len(fits) > 1:
        body.chosen[step.span] = _decided_later(step, [(step.arms[i], fit) for i, fit in fits])
        regions = [(step.arms[i].region, fit.captured, fit.learnt) for i, fit in fits]
        return _joined(body, step, regions, strict=False)
    for index, fit in fits:
        arm = step.arms[index]
        body.chosen[step.span] = Choice((), arm.region, step.outputs, step.writes, step.span)
        body.names.update(fit.captured)
        body.walk(arm.region.steps)
        return _pass_on(body, step.outputs, arm.region.results) and _pass_on(
            body, *_written(step.writes, arm.region)
        )
    shapes = " -> ".join(
        ", ".join(str(t.shape) for t in types) for types in (signature.inputs, signature.outputs)
    )
    arms = tuple((arm.contract.span, "does not fit") for arm in step.arms)
    body.sink.add(NoArmFits(step.span, value.definition.name, shapes, arms))
    return False


def _decided_later(step: Selection, fits: Sequence[tuple[ContractArm, _Fit]]) -> Choice:
    """Arms between which parameters decide: an `if` over these, made when a model is built.

    Where the caller's parameters decide, it is the last arm if that fits whatever they are, else
    the first.
    """
    *others, (last, fit) = fits
    branches = [
        (all_of(other.conditions, step.span), arm.region)
        for arm, other in others
        if other.conditions is not None
    ]
    if not fit.proved and len(branches) < len(others):
        branches, last = [], others[0][0]
    return Choice(tuple(branches), last.region, step.outputs, step.writes, step.span)


def _assumed(body: Body, param: str, contract: ast.Contract) -> dict[str, Abstract]:
    """In an arm, the neuron has the signature of the arm, with sizes of its own."""
    names: dict[str, Abstract] = {param: AnyNeuron(param, contract)}
    for port in (*contract.inputs, *contract.outputs):
        for dim in port.shape.dims:
            if isinstance(dim, ast.NameValue) and dim.name not in body.names:
                names.setdefault(dim.name, Dim.of(Var.fresh(dim.name)))
    return names


def _signature(body: Body, value: NeuronValue) -> Inferred:
    if value.args is None:
        return body.owner.generic(value.definition)
    found, meaning = body.owner.at_call(value.definition, dict(value.args), body.concrete)
    dims = dict(meaning)
    for name, own in found.env.items():
        var = own.variable if isinstance(own, Dim) else None
        given = dict(value.args).get(name)
        if var is not None and isinstance(given, Dim):
            dims[var] = given

    def substituted(types: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        return tuple(TensorType(t.shape.substitute(dims, {}), t.dtype) for t in types)

    return Inferred(
        found.definition, found.env, substituted(found.inputs), substituted(found.outputs),
        found.assumptions, found.flow, found.tensors, found.complete,
    )  # fmt: skip


class _Fit(NamedTuple):
    """How a neuron fits an arm: the sizes that it captures, and what has to hold for that."""

    captured: dict[str, Abstract]
    learnt: Learnt
    proved: bool
    conditions: tuple[ast.Value, ...] | None
    """What parameters have to be for it; None if it is no matter of this neuron's alone."""


def _fitting(
    body: Body, step: Selection, signature: Inferred, value: NeuronValue
) -> list[tuple[int, _Fit]]:
    """The arms that may be taken: up to the first that fits whatever the parameters are."""
    found: list[tuple[int, _Fit]] = []
    for index, arm in enumerate(step.arms):
        fit = _fits(body, arm, signature, value)
        if fit is not None:
            found.append((index, fit))
            if fit.proved:
                break
    return found


def _fits(body: Body, arm: ContractArm, signature: Inferred, value: NeuronValue) -> _Fit | None:
    """None if the neuron does not fit the arm."""
    contract = arm.contract
    if len(contract.inputs) != len(signature.inputs):
        return None
    if len(contract.outputs) != len(signature.outputs):
        return None
    saved = body.snapshot()
    captured: dict[str, Abstract] = {}
    groups = (
        (contract.inputs, signature.inputs, value.definition.input_names),
        (contract.outputs, signature.outputs, value.definition.output_names),
    )
    runs: dict[object, Shape] = {}
    fits = proved = True
    conditions: list[ast.Value | None] = []
    for patterns, types, names in groups:
        for i, pattern in enumerate(patterns):
            position = i
            if pattern.name is not None:
                if pattern.name.text not in names:
                    fits = False
                    break
                position = names.index(pattern.name.text)
            shape = _pattern_shape(body, pattern.shape, captured)
            actual = _free_run(body, types[position].shape, runs)
            given = patterns is contract.inputs
            verdict, open_pairs = _unifies(body, shape, actual, given)
            fits = fits and verdict is not Verdict.REFUTED
            proved = proved and verdict is Verdict.PROVED
            conditions += [equal(x, y, arm.span) for x, y in open_pairs]
    result = {n: body.unifier.dim(d) if isinstance(d, Dim) else d for n, d in captured.items()}
    if fits and arm.guard is not None:
        sizes = {n: body.unifier.dim(d) for n, d in body.names.items() if isinstance(d, Dim)}
        holds = body.evaluator({**sizes, **result}).condition(arm.guard)
        fits, proved = holds is not False, proved and holds is True
        if holds is None:
            known = {n: size_value(d, arm.span) for n, d in result.items() if isinstance(d, Dim)}
            conditions.append(with_sizes(arm.guard, known))
    learnt = dict(body.unifier.dims)
    body.restore(saved)
    needed = tuple(condition for condition in conditions if condition is not None)
    decidable = len(needed) == len(conditions)
    return _Fit(result, learnt, proved, needed if decidable else None) if fits else None


def _free_run(body: Body, shape: Shape, runs: dict[object, Shape]) -> Shape:
    """A run of the neuron's own can be any, the same at each of its ports."""
    if shape.seq is None:
        return shape
    fresh = runs.setdefault(shape.seq, Shape((), body.unifier.fresh_seq(shape.seq.name)))
    return Shape(shape.prefix, fresh.seq, shape.suffix)


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


def _pattern_shape(body: Body, pattern: ast.ShapeExpr, captured: dict[str, Abstract]) -> Shape:
    """A contract's shape: new names are captured, known ones have to be equal."""
    prefix: list[Dim] = []
    suffix: list[Dim] = []
    run = None
    for i, dim in enumerate(pattern.dims):
        side = prefix if run is None else suffix
        match dim:
            case ast.StarDim(name, _) if name is not None or i == 0:
                run = body.unifier.fresh_seq(name or "")
            case ast.StarDim():
                side.append(body.unifier.fresh("*"))
            case ast.NameValue(name) if name not in body.params:
                side.append(_captured(captured, name, body))
            case _:
                value = body.evaluator(captured).value(dim)
                side.append(value if isinstance(value, Dim) else body.unifier.fresh("?"))
    return Shape(tuple(prefix), run, tuple(suffix))


def _captured(captured: dict[str, Abstract], name: str, body: Body) -> Dim:
    known = captured.setdefault(name, body.unifier.fresh(name))
    assert isinstance(known, Dim)
    return known


# --- counts


def check_count(body: Body, item: ast.Unroll, value: Abstract, around: int = 1) -> None:
    """How often something is repeated: a whole number, at most 10000 of all rounds (NS408)."""
    count, rounds = body.evaluator().value(item.count), around
    if isinstance(count, Dim):
        if count.constant is not None:
            rounds = around * count.constant
            if rounds < 0 or rounds > MAX_COUNT:
                body.sink.add(BadCount(item.count.span, count.constant, around))
                body.failed = True
                return
    elif not isinstance(count, Unknown) or count.kind not in ("", "int"):
        shown = str(count.value) if isinstance(count, Known) else kind_of(count)
        body.sink.add(BadCount(item.count.span, shown))
        body.failed = True
    inner = body.snapshot()
    for part in item.items:
        if isinstance(part, ast.Unroll) and isinstance(value, Aggregate):
            if item.index is not None:
                body.names[item.index.text] = Dim.of(Var.fresh(item.index.text, False))
            check_count(body, part, value, rounds)
    body.restore(inner)
