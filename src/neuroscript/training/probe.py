"""One look at a model with the first samples: what comes out, and what produced it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from neuroscript.training.batch import Ports

SAMPLES = 2
"""How many samples a probe runs: enough to tell the batch dimension from others."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a model makes of the first samples."""

    outputs: dict[str, Tensor]
    """By name; `out` for a lone output without one."""

    last: dict[str, str | None]
    """For each output the activation it ends in: Sigmoid, Softmax, LogSoftmax, or None."""

    vocabularies: frozenset[int]
    """How many tokens each embedding knows."""

    inputs: tuple[Tensor, ...]
    """The inputs as the model took them: whole numbers may have become fractions."""


def probe(model: nn.Module, inputs: Sequence[Tensor]) -> Probe:
    """Runs the model once in evaluation mode, leaving it and the random numbers as they were.

    Whole numbers are given as they are if the model takes them, else as fractions. Raises
    whatever the model raises.
    """
    with _undisturbed(model):
        # Tensors made in inference mode cannot take part in what is recorded here.
        few = [_as_taken(value[:SAMPLES].clone(), model) for value in inputs]
        try:
            outputs = by_name(model(*few))
        except RuntimeError:
            if all(value.is_floating_point() for value in few):
                raise
            few, outputs = _with_fractions(model, few)
        last = {name: _last(value) for name, value in outputs.items()}
    detached = {name: value.detach() for name, value in outputs.items()}
    return Probe(detached, last, vocabularies(model), tuple(few))


def _with_fractions(
    model: nn.Module, given: Sequence[Tensor]
) -> tuple[list[Tensor], dict[str, Tensor]]:
    """Whole numbers as fractions; truth values too, only if the model wants that: a mask of
    truth says what is there, and one of numbers may be added to something.
    """
    whole = [value if _is_fraction_or_bool(value) else value.float() for value in given]
    try:
        return whole, by_name(model(*whole))
    except RuntimeError:
        if all(value.dtype is not torch.bool for value in given):
            raise
        every = [value if value.is_floating_point() else value.float() for value in given]
        return every, by_name(model(*every))


def _is_fraction_or_bool(value: Tensor) -> bool:
    return value.is_floating_point() or value.dtype is torch.bool


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
    "SigmoidBackward0": "Sigmoid",
    "SoftmaxBackward0": "Softmax",
    "LogSoftmaxBackward0": "LogSoftmax",
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
