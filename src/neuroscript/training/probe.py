"""One look at a model with the first samples: what comes out, and what produced it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Tensor, nn

from neuroscript.training.batch import Ports

MOST_MIXED = 4
"""Inputs of whole numbers up to which it is tried which of them are meant as fractions."""

SAMPLES = 2
"""How many samples a probe runs: enough to tell the batch dimension from others."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a model makes of the first samples."""

    outputs: dict[str, Tensor]
    """By name; `out` for a lone output without one."""

    last: dict[str, str | None]
    """For each output the activation it ends in, such as Sigmoid or Softmax, or None."""

    vocabularies: frozenset[int]
    """How many tokens each embedding knows."""

    inputs: tuple[Tensor, ...]
    """The inputs as the model took them: whole numbers may have become fractions."""


def probe(
    model: nn.Module, inputs: Sequence[Tensor], fractions: Sequence[bool] | None = None
) -> Probe:
    """Runs the model once in evaluation mode, leaving it and the random numbers as they were.

    Whole numbers are given as fractions to the inputs that are declared as such by `fractions`;
    where nothing is declared, or the model does not take them so, as it takes them. Raises
    whatever the model raises.
    """
    with _undisturbed(model):
        # Tensors made in inference mode cannot take part in what is recorded here.
        few = [_as_taken(value[:SAMPLES].clone(), model) for value in inputs]
        first, *more = _readings(few, fractions)
        try:
            taken, outputs = first, by_name(model(*first))
        except RuntimeError as error:
            taken, outputs = _other_reading(model, more, error)
        last = {name: _last(value) for name, value in outputs.items()}
    detached = {name: value.detach() for name, value in outputs.items()}
    return Probe(detached, last, vocabularies(model), tuple(taken))


def _readings(inputs: Sequence[Tensor], fractions: Sequence[bool] | None) -> Iterator[list[Tensor]]:
    """The inputs with whole numbers as they are or as fractions, likeliest first, each once.

    Truth values become numbers only where nothing else does: a mask of truth says what is there,
    and one of numbers may be added to something.
    """
    every = [index for index, value in enumerate(inputs) if not value.is_floating_point()]
    whole = [index for index in every if inputs[index].dtype is not torch.bool]
    declared = [index for index in whole if fractions is not None and fractions[index]]
    few = whole if len(whole) <= MOST_MIXED else []
    mixed = [list(some) for size in range(1, len(few)) for some in combinations(few, size)]
    tried: list[list[int]] = []
    for cast in (declared, [], whole, *mixed, every):
        if cast not in tried:
            tried.append(cast)
            yield [v.float() if i in cast else v for i, v in enumerate(inputs)]


def _other_reading(
    model: nn.Module, readings: Sequence[list[Tensor]], error: RuntimeError
) -> tuple[list[Tensor], dict[str, Tensor]]:
    """The first reading that the model takes; raises what it said of the likeliest if none is."""
    for reading in readings:
        try:
            return reading, by_name(model(*reading))
        except RuntimeError:
            continue
    raise error


def by_name(result: object) -> dict[str, Tensor]:
    """The outputs of a model by name: a tensor, a named tuple, a tuple or a dict.

    >>> list(by_name((torch.zeros(1), torch.zeros(1))))
    ['0', '1']
    """
    if isinstance(result, Tensor):
        return {"out": result}
    if isinstance(result, Mapping):
        return dict(result)
    if isinstance(result, tuple) and hasattr(result, "_asdict"):
        return dict(result._asdict())
    if isinstance(result, (tuple, list)):
        return {str(index): value for index, value in enumerate(result)}
    raise TypeError(f"forward gives a {type(result).__name__}, not tensors")


def input_names(model: nn.Module) -> tuple[str, ...]:
    """The names of a model's inputs: the positional parameters of its `forward`."""
    parameters = inspect.signature(model.forward).parameters.values()
    by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return tuple(
        p.name for p in parameters if p.kind in by_position and p.default is inspect.Parameter.empty
    )


def ports_of(model: nn.Module, outputs: Sequence[str] = ("out",)) -> Ports:
    """The ports of a model of which nothing but its code is known."""
    return Ports(input_names(model), tuple(outputs))


def vocabularies(model: nn.Module) -> frozenset[int]:
    """How many tokens each embedding of a model knows."""
    return frozenset(m.num_embeddings for m in model.modules() if isinstance(m, nn.Embedding))


def _as_taken(value: Tensor, model: nn.Module) -> Tensor:
    """A fraction in the precision of the model's parameters; anything else as it is."""
    if not value.is_floating_point():
        return value
    parameter = next((p for p in model.parameters() if p.is_floating_point()), None)
    return value if parameter is None else value.to(parameter.dtype)


_ACTIVATIONS = {
    "ReluBackward0": "ReLU",
    "SigmoidBackward0": "Sigmoid",
    "SoftmaxBackward0": "Softmax",
    "LogSoftmaxBackward0": "LogSoftmax",
    "TanhBackward0": "Tanh",
}
_SAME_NUMBERS = {
    "AliasBackward0",
    "CloneBackward0",
    "ReshapeAliasBackward0",
    "SqueezeBackward0",
    "SqueezeBackward1",
    "TransposeBackward0",
    "UnsafeViewBackward0",
    "UnsqueezeBackward0",
    "ViewBackward0",
}


def _last(output: Tensor) -> str | None:
    """The activation that the numbers of an output come out of, as autograd recorded it."""
    node = output.grad_fn
    while node is not None and node.name() in _SAME_NUMBERS:
        node = node.next_functions[0][0]
    return None if node is None else _ACTIVATIONS.get(node.name())


@contextmanager
def _undisturbed(model: nn.Module) -> Iterator[None]:
    """Evaluation mode, operations recorded; modes and random numbers go on as if nothing were."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        with torch.inference_mode(False), torch.enable_grad(), torch.random.fork_rng(devices=[]):
            yield
    finally:
        for module, training in modes:
            module.training = training
