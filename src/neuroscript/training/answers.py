"""What a model says of some rows, in plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from neuroscript.training.batch import INPUT, TARGET
from neuroscript.training.head import Head
from neuroscript.training.objective import Objective


def as_batch(rows: Any) -> Any:
    """Rows of plain data as one batch: values, lists, or dicts as in a data file.

    >>> as_batch([[0, 1], [1, 0]])
    tensor([[0, 1],
            [1, 0]])
    """
    if isinstance(rows, Tensor):
        return rows
    rows = list(rows)
    if rows and isinstance(rows[0], Mapping):
        inputs = [row.get(INPUT, row) for row in rows]
        if isinstance(inputs[0], Mapping):
            names = [name for name in inputs[0] if name != TARGET]
            return {name: _stack([row[name] for row in inputs]) for name in names}
        return _stack(inputs)
    return _stack(rows)


def answers(objective: Objective, outputs: Sequence[Tensor]) -> list[dict[str, Any]]:
    """One answer a row: `index`, `prediction` (a name where classes have names), and for classes
    `probabilities`. With several outputs, `prediction` is a dict by output; penalties say nothing.
    """
    by_output = {
        part.head.port: _answers(part.head, *part.task.answer(part.point(output), part.head.last))
        for part, output in zip(objective.parts, outputs, strict=True)
        if output.dim()
    }
    if len(by_output) == 1:
        rows = next(iter(by_output.values()))
    else:
        columns = zip(*by_output.values(), strict=True)
        rows = [
            {
                key: {
                    port: one[key] for port, one in zip(by_output, row, strict=True) if key in one
                }
                for key in ("prediction", "probabilities")
                if any(key in one for one in row)
            }
            for row in columns
        ]
    return [{"index": index, **row} for index, row in enumerate(rows)]


def _answers(head: Head, said: Tensor, chances: Tensor | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for index, value in enumerate(said.tolist()):
        single = isinstance(value, list) and len(value) == 1
        answer: dict[str, Any] = {"prediction": _named(head, value[0] if single else value)}
        if chances is not None and chances.dim() == 2:
            answer["probabilities"] = chances[index].tolist()
        found.append(answer)
    return found


def _named(head: Head, value: Any) -> Any:
    if isinstance(value, list):
        return [_named(head, one) for one in value]
    if head.names and isinstance(value, int) and value < len(head.names):
        return head.names[value]
    return value


def _stack(values: Sequence[Any]) -> Tensor:
    if values and isinstance(values[0], Tensor):
        return torch.stack(list(values))
    return torch.tensor(values)
