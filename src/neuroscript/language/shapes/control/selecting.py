"""`match(p):` on the signature of a Neuron parameter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from neuroscript.language.names.flow import Choice, ContractArm, Region, Selection
from neuroscript.language.shapes.conditions import all_of
from neuroscript.language.shapes.control.branches import Branches, end_of, taken
from neuroscript.language.shapes.control.fitting import Fit, fitting
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.errors import NoArmFits
from neuroscript.language.shapes.join import Learnt
from neuroscript.language.shapes.types import Inferred, TensorType
from neuroscript.language.shapes.values import Abstract, AnyNeuron, NeuronValue, OneOf
from neuroscript.language.syntax import ast

if TYPE_CHECKING:
    from neuroscript.language.shapes.body import Body


def select(body: Body, step: Selection) -> bool:
    """The first arm that the neuron fits; each for itself while the neuron is not known."""
    value = body.names[step.param]
    if isinstance(value, OneOf):
        value = value.options[0]
    if not isinstance(value, NeuronValue):
        param = step.param
        return _joined(
            body, step, [(arm.region, _assumed(body, param, arm.contract), {}) for arm in step.arms]
        )
    signature = _signature(body, value)
    fits = [(step.arms[i], fit) for i, fit in fitting(body, step, signature, value)]
    if not fits:
        body.sink.add(_no_arm_fits(step, signature, value))
        return False
    if len(fits) > 1:
        body.chosen[step.span] = _decided_later(step, fits)
        return _joined(body, step, [(arm.region, fit.captured, fit.learnt) for arm, fit in fits])
    arm, fit = fits[0]
    body.chosen[step.span] = Choice((), arm.region, step.outputs, step.writes, step.span)
    body.names.update(fit.captured)
    return taken(body, step, arm.region)


def _joined(
    body: Body, step: Selection, arms: Iterable[tuple[Region, Mapping[str, Abstract], Learnt]]
) -> bool:
    """What arms have in common, each with the names and sizes that hold in it."""
    branches = Branches(body, step)
    for region, names, learnt in arms:
        saved = body.snapshot()
        body.names.update(names)
        body.unifier.dims.update(learnt)
        branches.walk(region, end_of(region, step))
        body.restore(saved)
    return branches.join(strict=False)


def _no_arm_fits(step: Selection, signature: Inferred, value: NeuronValue) -> NoArmFits:
    shapes = " -> ".join(
        ", ".join(str(t.shape) for t in types) for types in (signature.inputs, signature.outputs)
    )
    arms = tuple((arm.contract.span, "does not fit") for arm in step.arms)
    return NoArmFits(step.span, value.definition.name, shapes, arms)


def _decided_later(step: Selection, fits: Sequence[tuple[ContractArm, Fit]]) -> Choice:
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
