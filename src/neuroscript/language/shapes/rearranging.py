"""The step `=> [..]` in a body: what it reads, what it gives, what it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.language.names.flow import Rearranged
from neuroscript.language.shapes.apply import Applier
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.errors import ElementTypesDiffer, RankUnknown, SizesDiffer
from neuroscript.language.shapes.rearrange import (
    Reading,
    RearrangeProblem,
    as_before,
    rearrange,
    reduction,
    repetition,
    unread,
)
from neuroscript.language.shapes.shape import Shape
from neuroscript.language.shapes.types import Arriving, TensorType
from neuroscript.language.shapes.unify import RankMismatch, Verdict
from neuroscript.language.shapes.values import NeuronValue
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.language.shapes.body import Body


def rearranged(body: Body, step: Rearranged) -> bool:
    """Whether the type of the result is known now; what is wrong has been reported if not."""
    if step.source.index not in body.types:
        return False
    source = body.final(body.types[step.source.index])
    if not _takes(body, step, source):
        return False
    reading = Reading(
        step.node, source.shape, body.names, body.unifier, body.evaluator(),
        (step.source.span, f"this is {source.shape}"),
        bound_at=body.bound_at, axis_names=source.names,
    )  # fmt: skip
    try:
        shape = _read(body, step, reading, source)
    except RearrangeProblem as problem:
        body.sink.add(problem.diagnostic)
        return False
    if shape is None:
        return False
    for dim in step.node.dims:
        if isinstance(dim, ast.NamedDim):
            body.names[dim.name.text] = reading.bound[dim.name.text]
            body.bound_at.setdefault(dim.name.text, dim.name.span)
    body.targets[step.span] = source.shape, shape
    body.types[step.output.index] = _result(body, step, source, shape)
    return True


def _operation(step: Rearranged) -> str:
    operation = step.node.operation
    return operation.text if isinstance(operation, ast.Name) else ""


def _takes(body: Body, step: Rearranged, source: TensorType) -> bool:
    """Whether a reduction can work on the element type: a mean is one of fractions."""
    name = _operation(step)
    if name not in ("mean", "logsumexp") or body.same_type("float", source.dtype):
        return True
    given = str(body.dtype(source.dtype))
    made = step.source.span, f"this is {given}"
    body.sink.add(ElementTypesDiffer(step.span, name, "in", "float", given, made))
    return False


def _read(body: Body, step: Rearranged, reading: Reading, source: TensorType) -> Shape | None:
    """The target. What was settled with names stays so once there are numbers."""
    annotation = step.node.annotation.text if step.node.annotation is not None else ""
    known = body.owner.generic(body.definition) if body.concrete else None
    if step.operation is not None:
        return _operated(body, step, reading, source)
    if known is not None and step.span in known.plans:
        body.plans[step.span] = known.plans[step.span]
        return as_before(reading, *known.targets[step.span])
    if source.shape.seq is not None and source.shape.seq.name == "?":
        if body.definition.neuron_params:
            return unread(reading)  # a Neuron parameter decides, once there is one
        raise RearrangeProblem(RankUnknown(step.span, "=>", source.shape, reading.origin))
    if annotation == "reduce":
        shape, body.plans[step.span] = reduction(reading)
    elif annotation == "repeat":
        shape, body.plans[step.span] = repetition(reading)
    else:
        shape, body.plans[step.span] = rearrange(reading)
    return shape


def _result(body: Body, step: Rearranged, source: TensorType, shape: Shape) -> TensorType:
    here = step.span, f"gives {shape}"
    names = tuple(_entry_name(dim) for dim in step.node.dims)
    if len(names) != len(shape.dims):
        names = names[len(names) - len(shape.dims) :]
    counts = _operation(step) in ("sum", "prod") and body.dtype(source.dtype) == "bool"
    dtype = "int" if counts else source.dtype
    return TensorType(shape, dtype, (here,) * len(shape.dims), names)


def _entry_name(dim: ast.RearrangeDim) -> str | None:
    """What an entry of a rearrangement calls its axis."""
    match dim:
        case ast.NamedDim(name):
            return name.text
        case ast.NameValue(name):
            return name
        case _:
            return None


def _operated(body: Body, step: Rearranged, reading: Reading, source: TensorType) -> Shape | None:
    """`@reduce(N(a))`, `@repeat(N(a))`: the neuron takes the source and gives the target."""
    assert step.operation is not None
    target = Shape(tuple(entry.dim or Dim.of(Var.fresh("?")) for entry in reading.entries()))
    args = body.evaluator().arguments(step.operation.definition, step.operation.arguments)
    if args is None:
        return None
    neuron = NeuronValue(step.operation.definition, args)
    applier = Applier(body, step.span, step.operation.arguments, 1)
    results = applier.apply(neuron, [Arriving(source, step.source.span)])
    if results is None:
        return None
    actual = body.unifier.shape(results[0].shape)
    if reading.lead is not None and source.shape.seq is not None:
        target = Shape((), reading.lead, target.prefix)
    try:
        pairs = body.unifier.pairs(target, actual)
    except RankMismatch:
        pairs = None
    failed = pairs is None
    for pair in pairs or ():
        failed |= body.unifier.equal(pair.expected, pair.actual) is Verdict.REFUTED
    if failed:
        name = step.operation.definition.name
        dims = next(iter(target.dims), Dim(())), next(iter(actual.dims), Dim(()))
        body.sink.add(SizesDiffer(step.span, name, "out", *dims, target, actual, None, None))
        return None
    return target
