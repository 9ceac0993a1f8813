"""Questions to put to a model and to its export: batches and dimensions of several sizes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from neuroscript.exporting.model import Trained
from neuroscript.training.input_port import InputPort

BATCH = "batch"
EXAMPLE_BATCH = 3


@dataclass(frozen=True, slots=True)
class Trial:
    """The sizes of one question, its inputs, and what the model says."""

    sizes: Mapping[str, int]
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]

    def __str__(self) -> str:
        return ", ".join(f"{name} {size}" for name, size in self.sizes.items())


def dimensions(ports: tuple[InputPort, ...]) -> dict[str, int]:
    """The dimensions that vary, by name, each with its size in the training data.

    >>> dimensions((InputPort("in", ("batch", "seq", 8), "float", (5, 8)),))
    {'batch': 3, 'seq': 5}
    """
    found = {BATCH: EXAMPLE_BATCH}
    for port in ports:
        for dim, size in zip(port.sizes, port.sample, strict=True):
            if isinstance(dim, str) and dim.isidentifier():
                found.setdefault(dim, size)
    return found


def trials(trained: Trained) -> list[Trial]:
    """One question for each of several sizes that the model takes; the first is the example."""
    return [trial for sizes in _sizes(trained) if (trial := _trial(trained, sizes)) is not None]


def _sizes(trained: Trained) -> Iterator[dict[str, int]]:
    """The example, other batch sizes, and each dimension shorter, a little longer, and twice."""
    example = dimensions(trained.ports)
    # An export takes what is 1 in the example to be 1 for ever.
    yield {name: max(size, 2) for name, size in example.items()}
    yield {**example, BATCH: 1}
    yield {**example, BATCH: 8}
    for name, size in example.items():
        if name != BATCH:
            for other in sorted({max(1, size // 2), size + 1, 2 * size} - {size}):
                yield {**example, BATCH: 2, name: other}


def _trial(trained: Trained, sizes: Mapping[str, int]) -> Trial | None:
    generator = torch.Generator().manual_seed(sum(sizes.values()))
    try:
        inputs = tuple(_values(trained, port, sizes, generator) for port in trained.ports)
        with torch.no_grad():
            return Trial(sizes, inputs, trained(inputs))
    except (RuntimeError, ValueError, IndexError, KeyError):
        return None  # sizes that the model itself does not take


def _values(
    trained: Trained, port: InputPort, sizes: Mapping[str, int], generator: torch.Generator
) -> Tensor:
    shape = [sizes[BATCH]]
    for dim, size in zip(port.sizes, port.sample, strict=True):
        shape.append(dim if isinstance(dim, int) else sizes.get(dim, size))
    if port.element == "float":
        return torch.randn(shape, generator=generator).to(_precision(trained))
    known = 2 if port.element == "bool" else trained.vocabulary or 2
    found = torch.randint(known, shape, generator=generator)
    return found.bool() if port.element == "bool" else found


def _precision(trained: Trained) -> torch.dtype:
    floating = (p.dtype for p in trained.model.parameters() if p.is_floating_point())
    return next(floating, torch.get_default_dtype())


def output_shapes(asked: list[Trial]) -> list[list[int | str]]:
    """The shape of each output, told from what came out for several sizes."""
    return [
        [_named([t.outputs[at].shape[dim] for t in asked], asked) for dim in range(rank)]
        for at, rank in enumerate(output.dim() for output in asked[0].outputs)
    ]


def _named(seen: list[int], asked: list[Trial]) -> int | str:
    """A size that is always the same, else the name of the dimension that it follows."""
    if len(set(seen)) == 1 and len(asked) > 1:
        return seen[0]
    names = asked[0].sizes
    follows = (n for n in names if [trial.sizes[n] for trial in asked] == seen)
    return next(follows, "?")
