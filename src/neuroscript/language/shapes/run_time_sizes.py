"""Sizes that are known only when a model runs, and what they cannot decide before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from neuroscript.diagnostics import Span
from neuroscript.language.names.errors import RunTimeDecides
from neuroscript.language.names.flow import (
    Apply,
    Flow,
    Inline,
    Instance,
    ParamCall,
    Rearranged,
    Selection,
    Step,
    regions,
)
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.errors import SizedAtRunTime
from neuroscript.language.shapes.params import needs_module
from neuroscript.language.shapes.values import Abstract, Known, variables_in
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import calls_in, names_in, values_of

if TYPE_CHECKING:
    from neuroscript.language.shapes.body import Body


def note_sizes(
    body: Body, arguments: Mapping[str, ast.Argument], values: Mapping[str, Abstract]
) -> None:
    """Keep what arguments are that mention sizes known only at run time."""
    for name, argument in arguments.items():
        mentioned = {found.name for found in names_in(argument.value)}
        if any(_is_size(body, name) for name in mentioned):
            body.sized[argument.span] = values[name]


def tell_run_time_sizes(body: Body, flow: Flow) -> None:
    """Layers that are built when the model runs, since nothing else says how large (NS908)."""
    _refuse_in_what_is_built_once(body, flow)
    for step in _built(body, flow.steps):
        if isinstance(step, Apply) and isinstance(step.target, Instance):
            _tell_layer(body, step.target, step.span)


def _tell_layer(body: Body, layer: Instance, span: Span) -> None:
    definition = layer.definition
    if not needs_module(definition) and definition.neuron.inputs:
        return
    names: dict[str, Span] = {}
    for argument in layer.arguments.values():
        value = body.sized.get(argument.span)
        dims = [body.final_dim(Dim.of(var)) for var in variables_in(value or Known(None))]
        if all(_from_params(body, dim) for dim in dims):
            continue
        found = [name for name in names_in(argument.value) if _is_size(body, name.name)]
        if found and not (isinstance(value, Dim) and definition.neuron.inputs):
            _refuse(body, found[0], f"a `{definition.name}`")
            return
        names.update({name.name: name.span for name in reversed(found)})
    if names:
        places = tuple((place, "known when the model runs") for place in names.values())
        body.sink.add(SizedAtRunTime(span, definition.name, tuple(names), places))


def _refuse_in_what_is_built_once(body: Body, flow: Flow) -> None:
    """Bindings, what is frozen in place, Neuron parameters, neurons that reduce or repeat."""
    for item in body.definition.neuron.items:
        for written in values_of(item):
            _refuse_in_calls(body, *calls_in(written))
    for step in _built(body, flow.steps):
        match step:
            case Apply(Inline(value)):
                _refuse_in_calls(body, *calls_in(value))
            case Apply(ParamCall(param, args, span)):
                _refuse_in_calls(body, ast.Call(ast.Name(param, span), args, span))
            case Rearranged() if isinstance(step.node.operation, ast.Call):
                _refuse_in_calls(body, step.node.operation)
            case _:
                continue


def _refuse_in_calls(body: Body, *calls: ast.Call) -> None:
    """What is built once, in a binding or frozen, is built before the model runs (NS404)."""
    given = [argument.value for call in calls for argument in call.args]
    names = [name for part in given for name in names_in(part) if _is_size(body, name.name)]
    if names:
        _refuse(body, names[0], "what is built")


def _refuse(body: Body, name: ast.NameValue, what: str) -> None:
    body.sink.add(RunTimeDecides(name.span, name.name, what, None))
    body.failed = True


def _built(body: Body, steps: Sequence[Step]) -> Iterator[Step]:
    """Every step but those in arms of `match(p)` that are not, or not yet, chosen."""
    for step in steps:
        yield step
        inside = regions(step)
        if isinstance(step, Selection):
            chosen = body.chosen.get(step.span)
            inside = () if chosen is None else regions(chosen)
        for region in inside:
            yield from _built(body, region.steps)


def _from_params(body: Body, dim: Dim) -> bool:
    return all(var.number == 0 and var.name in body.params for var in dim.variables)


def _is_size(body: Body, name: str) -> bool:
    return (
        name in body.names
        and name not in body.params
        and name not in body.definition.bindings
        and isinstance(body.names[name], Dim)
    )
