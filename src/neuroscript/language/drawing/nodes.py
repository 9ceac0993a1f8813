"""The ports and steps of a neuron as what is drawn."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import assert_never

from neuroscript.diagnostics.cells import clean
from neuroscript.language.drawing.rails import Node, Rails
from neuroscript.language.names.definition import Definition
from neuroscript.language.names.flow import (
    Apply,
    Choice,
    Dispatch,
    Inline,
    Instance,
    ParamCall,
    Pick,
    Rearranged,
    Region,
    Selection,
    Shared,
    Step,
    Target,
    Tensor,
    outputs_of,
)
from neuroscript.language.names.ports import ports_of
from neuroscript.language.shapes.types import Inferred
from neuroscript.language.syntax import ast

PORT, STEP = "○", "●"


def nodes_of(inferred: Inferred) -> list[Node]:
    """A node for each input, step and output."""
    flow, definition = inferred.flow, inferred.definition
    assert flow is not None
    ins = zip(definition.input_names, flow.inputs, strict=True)
    outs = zip(definition.output_names, flow.outputs, strict=True)
    return [
        *(Node(PORT, name, (), (t.index,), _shapes(inferred, (t,))) for name, t in ins),
        *(_step(inferred, step) for step in flow.steps),
        *(Node(PORT, name, (t.index,), ()) for name, t in outs if t is not None),
    ]


def _step(inferred: Inferred, step: Step) -> Node:
    outputs, taken = outputs_of(step), _taken(step)
    takes = tuple(dict.fromkeys(tensor.index for tensor in taken))
    label, inside = _label(inferred, step)
    shapes = _shapes(inferred, outputs)
    if taken and shapes == _shapes(inferred, taken[:1]):
        shapes = ""
    gives = tuple(tensor.index for tensor in outputs)
    return Node(STEP, label, takes, gives, shapes, tuple(inside))


def _taken(step: Step) -> list[Tensor]:
    """What a step reads, and what its branches read of what is around them."""
    match step:
        case Apply(_, inputs):
            return list(inputs)
        case Pick(source) | Rearranged(source):
            return [source]
        case Choice(branches, otherwise):
            return _from_around([region for _, region in branches] + [otherwise])
        case Dispatch(source, arms):
            return [source, *_from_around([arm.region for arm in arms])]
        case Selection(_, inputs, arms):
            return [*inputs, *_from_around([arm.region for arm in arms])]
        case _:
            assert_never(step)


def _from_around(regions: Sequence[Region]) -> list[Tensor]:
    found: list[Tensor] = []
    for region in regions:
        made = {tensor.index for step in region.steps for tensor in outputs_of(step)}
        read = [tensor for step in region.steps for tensor in _taken(step)]
        read += [*region.results, *region.writes.values()]
        found += [tensor for tensor in read if tensor.index not in made]
    return found


# --- what is written


def _label(inferred: Inferred, step: Step) -> tuple[str, list[str]]:
    """What a step is called, and the lines inside it."""
    match step:
        case Apply(target):
            return _target(inferred, target)
        case Pick(_, position):
            return f"number {position}", []
        case Rearranged():
            return _one_line(step.span.text), []
        case Choice(branches, otherwise):
            ways = [(_one_line(test.span.text), region) for test, region in branches]
            (first, _), *_ = ways
            lines: list[str] = []
            for i, (test, region) in enumerate(ways):
                lines += [f"elif {test}:"] if i else []
                lines += _inside(inferred, region)
            return f"if {first}:", [*lines, "else:", *_inside(inferred, otherwise)]
        case Dispatch(_, arms):
            shapes = [(_arm(arm.pattern, arm.guard), arm.region) for arm in arms]
            return "match:", _arms(inferred, shapes)
        case Selection(param, _, arms):
            contracts = [(_arm(arm.contract, arm.guard), arm.region) for arm in arms]
            return f"match({param}):", _arms(inferred, contracts)
        case _:
            assert_never(step)


def _arm(pattern: ast.ShapeExpr | ast.Contract, guard: ast.Value | None) -> str:
    where = f" where {_one_line(guard.span.text)}" if guard is not None else ""
    return f"{_one_line(pattern.span.text)}{where}:"


def _arms(inferred: Inferred, arms: Sequence[tuple[str, Region]]) -> list[str]:
    return [line for head, region in arms for line in (head, *_inside(inferred, region))]


def _inside(inferred: Inferred, region: Region) -> list[str]:
    """A branch or arm, drawn by itself."""
    steps = [_step(inferred, step) for step in region.steps]
    ends = [Node(PORT, name, (t.index,), ()) for name, t in region.writes.items()]
    rows = Rails([*steps, *ends]).rows()
    return [f"  {row.rails}{row.label}".rstrip() for row in rows] or ["  as it is"]


def _target(inferred: Inferred, target: Target) -> tuple[str, list[str]]:
    match target:
        case Shared(value):
            name = _one_line(value.span.text)
            item = inferred.definition.bindings.get(getattr(value, "name", ""))
            match item:
                case ast.Binding(value=ast.Conditional() as choice):
                    head, *lines = _conditional(choice)
                    return f"{name}: {head}", lines
                case ast.Binding():
                    return f"{name}: {_one_line(item.value.span.text)}", []
                case ast.Unroll():
                    return f"{name}: {_rounds(item)}", _round(inferred.definition, item)
                case _:
                    return name, []
        case Instance() | ParamCall() | Inline():
            return _one_line(target.span.text), []
        case _:
            assert_never(target)


def _conditional(choice: ast.Conditional) -> list[str]:
    """A binding that is one of several."""
    lines: list[str] = []
    for i, (test, value) in enumerate(choice.branches):
        lines += [f"{'elif' if i else 'if'} {_one_line(test.span.text)}:"]
        lines += [f"  {STEP} {_one_line(value.span.text)}"]
    otherwise = choice.otherwise
    last = f"{STEP} {_one_line(otherwise.span.text)}" if otherwise is not None else "as it is"
    return [*lines, "else:", f"  {last}"]


def _rounds(item: ast.Unroll) -> str:
    index = f" as {item.index.text}" if item.index is not None else ""
    return f"unroll({_one_line(item.count.span.text)}){index}"


def _round(definition: Definition, item: ast.Unroll) -> list[str]:
    """What happens in each round."""
    lines = []
    for inner in item.items:
        name = inner.name.text
        if isinstance(inner, ast.Unroll):
            lines.append(f"{STEP} {name}: {_rounds(inner)}")
            lines += [f"  {line}" for line in _round(definition, inner)]
        elif not _is_neuron(definition, inner.value):
            lines.append(f"{name} = {_one_line(inner.value.span.text)}")
        elif isinstance(inner.value, ast.Conditional):
            head, *more = _conditional(inner.value)
            lines += [f"{STEP} {name}: {head}", *(f"  {line}" for line in more)]
        else:
            lines.append(f"{STEP} {name}: {_one_line(inner.value.span.text)}")
    return lines


def _is_neuron(definition: Definition, value: ast.Value | ast.Conditional) -> bool:
    return ports_of(value, definition, {}) is not None


def _shapes(inferred: Inferred, tensors: Sequence[Tensor]) -> str:
    types = [inferred.tensors.get(tensor.index) for tensor in tensors]
    return ", ".join(
        f"{type_.shape}" + (f" {type_.dtype}" if type_.dtype in ("int", "bool", "complex") else "")
        for type_ in types
        if type_ is not None
    )


def _one_line(text: str) -> str:
    """Without line breaks, comments, and the trailing commas of a layout over several lines."""
    plain = re.sub(r"#[^\n]*", "", text) if "\n" in text else text
    return clean(re.sub(r",? (?=[)\]])", "", re.sub(r"\s+", " ", plain)).replace("( ", "("))
