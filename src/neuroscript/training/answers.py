"""What a model says of some rows, in plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import orjson
import torch
from torch import Tensor

from neuroscript.training.head import Head
from neuroscript.training.objective import Objective

if TYPE_CHECKING:
    from neuroscript.contracts.dataloader.tokenizers import Tokenizer


def answers(
    objective: Objective, outputs: Sequence[Tensor], text: Tokenizer | None = None
) -> list[dict[str, Any]]:
    """One answer a row: `prediction` (a name where classes have names), for classes
    `probabilities`, and for tokens of text `text`. With several outputs, each of them is a dict by
    output; penalties say nothing.
    """
    by_output = {
        part.head.port: _answers(
            part.head, *part.task.answer(part.point(output), part.head.last), text
        )
        for part, output in zip(objective.parts, outputs, strict=True)
        if output.dim()
    }
    if len(by_output) == 1:
        return next(iter(by_output.values()))
    return [
        {
            key: {port: one[key] for port, one in zip(by_output, row, strict=True) if key in one}
            for key in KEYS
            if any(key in one for one in row)
        }
        for row in zip(*by_output.values(), strict=True)
    ]


KEYS = ("prediction", "probabilities", "text")


def _answers(
    head: Head, said: Tensor, chances: Tensor | None, text: Tokenizer | None
) -> list[dict[str, Any]]:
    values = plain(said)
    probable = plain(chances) if chances is not None and chances.dim() == 2 else None
    found: list[dict[str, Any]] = []
    for index, value in enumerate(values):
        single = isinstance(value, list) and len(value) == 1
        answer: dict[str, Any] = {"prediction": _named(head, value[0] if single else value)}
        if probable is not None:
            answer["probabilities"] = probable[index]
        if text is not None and head.task == "language_modeling":
            answer["text"] = text.decode(value)
        found.append(answer)
    return found


def plain(values: Tensor) -> Any:
    """Numbers as Python writes them, fractions in as few digits as tell them apart in float32.

    >>> plain(torch.tensor([0.1, 2.0]))
    [0.1, 2.0]
    """
    if values.dtype in (torch.float16, torch.bfloat16):
        values = values.float()
    if values.dtype is not torch.float32 or not bool(values.isfinite().all()):
        return values.tolist()
    array = values.detach().contiguous().numpy()
    return orjson.loads(orjson.dumps(array, option=orjson.OPT_SERIALIZE_NUMPY))


def _named(head: Head, value: Any) -> Any:
    if isinstance(value, list):
        return [_named(head, one) for one in value]
    if head.names and isinstance(value, int) and value < len(head.names):
        return head.names[value]
    return value
