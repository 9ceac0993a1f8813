"""Makers: the library neurons that the outputs of a neuron come from."""

from __future__ import annotations

from neuroscript.language.names.flow import (
    Apply,
    Choice,
    Dispatch,
    Instance,
    Selection,
    Step,
    regions,
)
from neuroscript.language.shapes.infer import Inference
from neuroscript.language.shapes.types import Inferred


def last_of(inferred: Inferred, output: int, inference: Inference, depth: int = 0) -> str | None:
    """The library neuron that makes an output, looked for through composites and branches."""
    flow = inferred.flow
    tensor = flow.outputs[output] if flow is not None else None
    if flow is None or tensor is None:
        return inferred.definition.name if inferred.definition.library else None
    return _maker(tensor.index, flow.steps, inferred, inference, depth)


def _maker(
    index: int, steps: tuple[Step, ...], inferred: Inferred, inference: Inference, depth: int
) -> str | None:
    if depth > 20:
        return None
    for step in steps:
        match step:
            case Apply(outputs=outputs):
                position = next((i for i, t in enumerate(outputs) if t.index == index), None)
                if position is not None:
                    return _through(step, position, inferred, inference, depth)
            case Choice() | Dispatch() | Selection():
                found = _in_branches(index, step, inferred, inference, depth)
                if found is not None:
                    return found
            case _:
                continue
    return None


def _through(
    step: Apply, position: int, inferred: Inferred, inference: Inference, depth: int
) -> str | None:
    """The neuron that is applied, or what makes this output of it if it is a composite."""
    if isinstance(step.target, Instance):
        definition = step.target.definition
    else:
        values = inferred.callees.get(step.span, ())
        if not values:
            return None
        definition = values[-1].definition
    if not definition.is_graph:
        return definition.name if definition.library else None
    return last_of(inference.generic(definition), position, inference, depth + 1)


def _in_branches(
    index: int,
    step: Choice | Dispatch | Selection,
    inferred: Inferred,
    inference: Inference,
    depth: int,
) -> str | None:
    """What makes a result of a choice, if all branches agree."""
    position = next((i for i, t in enumerate(step.outputs) if t.index == index), None)
    written = next((n for n, t in step.writes.items() if t.index == index), None)
    makers: set[str | None] = set()
    for region in regions(step):
        if written is not None:
            tensor = region.writes.get(written)
        elif position is not None and position < len(region.results):
            tensor = region.results[position]
        else:
            return None
        if tensor is not None:
            makers.add(_maker(tensor.index, region.steps, inferred, inference, depth + 1))
    return makers.pop() if len(makers) == 1 else None
