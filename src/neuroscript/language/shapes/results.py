"""The outputs of a body held against their declarations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neuroscript.language.names.flow import Flow, Tensor
from neuroscript.language.shapes.dims import Inexact
from neuroscript.language.shapes.errors import (
    ElementTypesDiffer,
    InexactDivision,
    ResultContradicts,
)
from neuroscript.language.shapes.shape import Shape
from neuroscript.language.shapes.types import TensorType
from neuroscript.language.shapes.unify import Pair, RankMismatch, Verdict
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.language.shapes.body import Body


def results(body: Body, flow: Flow) -> tuple[TensorType, ...]:
    """The outputs, each after it has been held against its declaration."""
    return tuple(_exact_result(body, flow, i) for i in range(len(body.ports.outputs)))


def _exact_result(body: Body, flow: Flow, index: int) -> TensorType:
    """An output; the declared one where what was assumed makes a size of it inexact."""
    try:
        return _result(body, flow, index)
    except Inexact as problem:
        tensor = flow.outputs[index]
        span = tensor.span if tensor is not None else body.definition.span
        over, under = repr(problem.over), repr(problem.under)
        body.sink.add(InexactDivision(span, over, under))
        body.failed = True
        return body.ports.outputs[index]


def _result(body: Body, flow: Flow, index: int) -> TensorType:
    """An output as inferred; as declared if that contradicts it or it is not known."""
    declared, port = body.ports.outputs[index], body.definition.neuron.outputs[index]
    tensor = flow.outputs[index]
    if tensor is None or tensor.index not in body.types:
        return declared
    actual = body.types[tensor.index]
    body.unifier.flexible |= body.ports.output_only
    if declared.shape.seq is not None and declared.shape.seq not in body.ports.seqs:
        body.unifier.flexible_seqs.add(declared.shape.seq)
    if not _agrees(body, port, tensor, declared.shape, actual.shape):
        return declared
    if not body.same_type(declared.dtype, actual.dtype):
        given = str(body.dtype(actual.dtype))
        body.sink.add(
            ElementTypesDiffer(
                port.span, _name(port), "out", str(declared.dtype), given,
                (tensor.span, f"this is {given}"),
            )
        )  # fmt: skip
        body.failed = True
    return actual


def _agrees(body: Body, port: ast.Port, tensor: Tensor, declared: Shape, actual: Shape) -> bool:
    """Whether a shape can be what is declared; what is not proved is noted as assumed."""
    inferred = body.unifier.shape(actual)
    try:
        pairs = body.unifier.pairs(declared, actual)
    except RankMismatch:
        _contradiction(body, port, tensor, declared, inferred, None)
        return False
    for pair in pairs:
        try:
            verdict = body.unifier.equal(pair.expected, pair.actual)
        except ValueError:
            verdict = Verdict.REFUTED
        if verdict is Verdict.REFUTED:
            _contradiction(body, port, tensor, declared, inferred, pair)
            return False
        if verdict is Verdict.ASSUMED:
            body.assume(pair, tensor.span, "out", None, None)
    return True


def _contradiction(
    body: Body, port: ast.Port, tensor: Tensor, declared: Shape, inferred: Shape, pair: Pair | None
) -> None:
    body.sink.add(
        ResultContradicts(
            tensor.span, _name(port), declared, inferred, port.shape.span,
            body.final_dim(pair.expected) if pair else None,
            body.final_dim(pair.actual) if pair else None,
        )
    )  # fmt: skip
    body.failed = True


def _name(port: ast.Port) -> str:
    return port.name.text if port.name else "out"
