"""Whether data suit a neuron: found before training, told with both places."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from torch import Tensor

from neuroscript.diagnostics import Diagnostic, Span
from neuroscript.language import Port
from neuroscript.training.head import Head
from neuroscript.training.look import shape_text, values_of
from neuroscript.training.mismatch import (
    ClassOutOfRange,
    InputMissing,
    ShapeMismatch,
    TokenOutOfRange,
    TokensExpected,
    TooManyNames,
)
from neuroscript.training.samples import Samples, first_where
from neuroscript.training.tasks.task import IGNORED


def check_inputs(ports: Sequence[Port], samples: Samples) -> list[Diagnostic]:
    """What is wrong with the inputs in the data for the declared ports."""
    given = samples.inputs
    if len(ports) == 1 and len(given) == 1:
        pairs = [(ports[0], next(iter(given.values())))]
    else:
        missing = [port for port in ports if port.name not in given]
        if missing:
            place = samples.place(0)
            return [InputMissing(place, port.name, port.span, list(given)) for port in missing]
        pairs = [(port, given[port.name]) for port in ports]
    sizes: dict[str, int] = {}
    found: list[Diagnostic] = []
    for port, tensor in pairs:
        mismatch = _mismatch(port.shape, tuple(tensor.shape), sizes)
        if mismatch:
            found.append(
                ShapeMismatch(
                    samples.place(0),
                    port=port.name,
                    port_span=port.span,
                    declared=written(port.shape),
                    found=str(values_of(tensor)),
                    detail=mismatch,
                    suited=shape_text(tensor.shape[1:]),
                )
            )
        elif port.dtype == "int" and tensor.is_floating_point():
            place = samples.place(0)
            found.append(TokensExpected(place, port.name, port.span, str(values_of(tensor))))
    return found


def check_tokens(
    inputs: Mapping[str, Tensor],
    vocabularies: frozenset[int],
    samples: Samples,
    spans: Mapping[str, Span],
) -> list[Diagnostic]:
    """Tokens that no embedding knows, where there is one vocabulary."""
    if len(vocabularies) != 1:
        return []
    (vocabulary,) = vocabularies
    found: list[Diagnostic] = []
    for port, tensor in inputs.items():
        if tensor.is_floating_point() or not tensor.numel():
            continue
        if int(tensor.min()) < 0 or int(tensor.max()) >= vocabulary:
            strange = (tensor < 0) | (tensor >= vocabulary)
            index = first_where(strange)
            token = int(tensor[index][strange[index]].reshape(-1)[0])
            found.append(
                TokenOutOfRange(samples.place(index), port, spans.get(port), token, vocabulary)
            )
    return found


def check_classes(
    head: Head, target: Tensor, samples: Samples, declared: str, span: Span | None
) -> list[Diagnostic]:
    """Targets that name a class which the output does not have."""
    if head.classes is None or target.is_floating_point():
        return []
    if len(head.names) > head.classes:
        return [TooManyNames(samples.place(0), head.names, head.classes, declared, span)]
    strange = ((target < 0) & (target != IGNORED)) | (target >= head.classes)
    if not strange.any():
        return []
    index = first_where(strange)
    value = int(target[index][strange[index]].reshape(-1)[0])
    return [ClassOutOfRange(samples.place(index), value, head.classes, declared, span)]


def written(shape: Sequence[int | str]) -> str:
    """A shape as it stands in a `.ns` file.

    >>> written(("batch", 2))
    '[batch, 2]'
    """
    return f"[{', '.join(map(str, shape))}]"


def _mismatch(
    declared: Sequence[int | str], sizes: Sequence[int], known: dict[str, int]
) -> str | None:
    """Why a tensor does not have a declared shape; `known` are the sizes of names so far.

    >>> _mismatch(("batch", 2), (4, 3), {})
    '3 instead of 2'
    >>> _mismatch(("*", 8), (4, 5, 8), {}) is None
    True
    """
    star = next((i for i, dim in enumerate(declared) if str(dim).startswith("*")), None)
    many = star is not None and (star == 0 or len(str(declared[star])) > 1)
    if many and star is not None:
        after = len(declared) - star - 1
        if len(sizes) < len(declared) - 1:
            return _dims(sizes)
        sizes = [*sizes[:star], *sizes[len(sizes) - after :]]
        declared = [*declared[:star], *declared[star + 1 :]]
    elif len(declared) != len(sizes):
        return _dims(sizes)
    for dim, size in zip(declared, sizes, strict=True):
        expected = dim if isinstance(dim, int) else known.get(dim)
        if expected is None:
            if re.fullmatch(r"[A-Za-z_]\w*", str(dim)):
                known[str(dim)] = size
        elif expected != size:
            name = "" if isinstance(dim, int) else f" (`{dim}`)"
            return f"{size} instead of {expected}{name}"
    return None


def _dims(sizes: Sequence[int]) -> str:
    """How many dimensions a sample has, without that of the batch."""
    rank = len(sizes) - 1
    return {0: "one number a sample", 1: "a list of numbers"}.get(rank, f"{rank} dimensions")
