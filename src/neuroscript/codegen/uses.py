"""Where bindings are used: what `@lazy` ones are built for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from neuroscript.codegen.expression import AND
from neuroscript.language.names.flow import (
    Apply,
    Choice,
    Dispatch,
    Instance,
    ParamCall,
    Selection,
    Shared,
    Step,
)
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import names_in, values_of

if TYPE_CHECKING:
    from neuroscript.codegen.neuron import NeuronClass

Under = tuple[tuple[str, bool], ...]
"""The conditions of the branches around a place, as `__init__` writes them, and whether each is
an alternative, which has to be bracketed beside others."""


def uses(owner: NeuronClass) -> dict[str, list[str]]:
    """For each name, the conditions under which it is used; empty text for always."""
    found: dict[str, list[str]] = {}
    flow = owner.inferred.flow
    assert flow is not None
    for name, under in _in_steps(owner, flow.steps, ()):
        found.setdefault(name, []).append(_joined(under))
    for item in owner.definition.neuron.items:
        for value in values_of(item):
            for used in names_in(value):
                found.setdefault(used.name, []).append("")
    return found


def _joined(under: Under) -> str:
    if len(under) == 1:
        return under[0][0]
    return " and ".join(f"({text})" if loose else text for text, loose in under)


def _in_steps(
    owner: NeuronClass, steps: tuple[Step, ...], under: Under
) -> Iterator[tuple[str, Under]]:
    for step in steps:
        match step:
            case Apply():
                for name in _applied(step):
                    yield name, under
            case Choice():
                yield from _in_choice(owner, step, under)
            case Dispatch(_, arms):
                for arm in arms:
                    yield from _in_steps(owner, arm.region.steps, under)
            case Selection():
                yield from _in_choice(owner, owner.choice(step), under)
            case _:
                continue


def _applied(step: Apply) -> Iterator[str]:
    match step.target:
        case Shared(value):
            yield value.name.text if isinstance(value, ast.MemberValue) else value.name
        case Instance(_, arguments):
            for argument in arguments.values():
                yield from (used.name for used in names_in(argument.value))
        case ParamCall(_, args):
            for argument in args:
                yield from (used.name for used in names_in(argument.value))
        case _:
            yield from (used.name for used in names_in(step.target.value))


def _in_choice(owner: NeuronClass, step: Choice, under: Under) -> Iterator[tuple[str, Under]]:
    write = owner.constructor.in_init
    before: Under = ()
    for condition, region in step.branches:
        text, strength = write.write(condition)
        inside = (*under, *before, (text, strength < AND))
        yield from _in_steps(owner, region.steps, inside)
        before = (*before, (f"not {write.operand(condition, 4)}", False))
    yield from _in_steps(owner, step.otherwise.steps, (*under, *before))
