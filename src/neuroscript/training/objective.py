"""What is minimised: the losses of a neuron's outputs against the targets of a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from neuroscript.contracts import LossContract, create_loss, split_weight
from neuroscript.contracts.errors import said
from neuroscript.training.activation import Conversion, conversion
from neuroscript.training.batch import Ports
from neuroscript.training.component import split
from neuroscript.training.errors import LossNotScalar, TrainingError
from neuroscript.training.head import Head
from neuroscript.training.input_port import InputPort
from neuroscript.training.normal import Normal
from neuroscript.training.padding import as_fractions, compared, is_padded, marked, repadded
from neuroscript.training.processes.share import share_of
from neuroscript.training.tasks import BY_NAME, Task


@dataclass(frozen=True, slots=True)
class Part:
    """A head with its task, its loss and what stands between output and loss, all made."""

    head: Head
    task: Task
    loss: LossContract
    conversion: Conversion | None
    weight: float = 1.0
    """How much the loss counts beside those of other outputs."""

    @property
    def trained(self) -> bool:
        """Whether the output has a loss of its own."""
        return self.task.trains

    def point(self, predictions: Tensor) -> Tensor:
        """What of the predictions stands against the targets: all, unless the loss wants more."""
        parts = self.loss.outputs_per_target
        return predictions if parts == 1 else predictions.chunk(parts, -1)[0]

    def compare(
        self, predictions: Tensor, targets: Tensor, outputs: Mapping[str, Tensor]
    ) -> Tensor:
        """The loss of arranged predictions and targets, beside all outputs as they are."""
        if self.conversion is not None:
            predictions = self.conversion.apply(predictions)
        loss: object = self.loss.compute_beside(predictions, targets, outputs)
        if not isinstance(loss, Tensor) or loss.dim():
            name, _ = split(self.head.loss)
            shape = f"a tensor {list(loss.shape)}" if isinstance(loss, Tensor) else repr(loss)
            raise TrainingError([LossNotScalar(said("loss", name), name, shape)])
        return loss if self.weight == 1.0 else loss * self.weight


class NoLoss(LossContract):
    """What an output has that is not trained by itself."""

    def compute(self, predictions: Tensor, targets: Tensor) -> Tensor:
        """Nothing."""
        return predictions.new_zeros(())


@dataclass(frozen=True, slots=True)
class Outcome:
    """A batch after the forward pass: its loss, and per head what metrics compare."""

    loss: Tensor
    compared: tuple[tuple[Tensor, Tensor], ...]
    size: float
    """How many samples the batch has; of a share, so that all shares come to those of the whole."""

    def detached(self) -> Outcome:
        pairs = tuple((p.detach(), t.detach()) for p, t in self.compared)
        return Outcome(self.loss.detach(), pairs, self.size)


def joined(outcomes: Sequence[Outcome]) -> Outcome:
    """Several batches as one, whose loss is their mean over the samples."""
    if len(outcomes) == 1:
        return outcomes[0]
    pairs = tuple(
        (torch.cat([p for p, _ in of_head]), torch.cat([t for _, t in of_head]))
        for of_head in zip(*(outcome.compared for outcome in outcomes), strict=True)
    )
    sizes = [outcome.size for outcome in outcomes]
    losses = torch.stack([outcome.loss for outcome in outcomes])
    loss = (losses * losses.new_tensor(sizes)).sum() / sum(sizes)
    return Outcome(loss, pairs, sum(sizes))


@dataclass(frozen=True, slots=True)
class Objective:
    """The parts whose losses are added, and how batches become what the neuron takes."""

    ports: Ports
    parts: tuple[Part, ...]
    fractions: tuple[bool, ...] = ()
    """For each input whether the neuron takes fractions, as which whole numbers are then given."""

    taken: tuple[InputPort, ...] = ()
    """What the neuron takes at each input; empty until data were held against it."""

    normals: tuple[Normal | None, ...] = ()
    """How each input is brought to its scale; empty where none is."""

    def inputs(self, batch: Any) -> tuple[Tensor, ...]:
        """The inputs of a batch as the neuron takes them."""
        return self._taken(self.ports.unpack(batch)[0], batch)

    def outcome(self, model: Callable[..., Any], batch: Any) -> Outcome:
        """Runs the model on a batch and compares what it gives with the targets."""
        share = share_of(batch)
        given, targets = self.ports.unpack(batch)
        inputs = self._taken(given, batch)
        outputs = as_tuple(model(*inputs))
        by_name = dict(zip(self.ports.outputs, outputs, strict=True))
        total: Tensor | None = None
        compared = []
        for part, output, target in zip(self.parts, outputs, targets, strict=True):
            pair = self.pair(part, output, target, inputs, batch)
            compared.append(pair if share is None else share.compared(pair))
            if part.trained:
                loss = part.compare(*pair, by_name)
                if share is not None:
                    loss = share.weighed(loss, part.loss.counted(*pair))
                total = loss if total is None else total + loss
        assert total is not None
        return Outcome(total, tuple(compared), len(inputs[0]) if share is None else share.size)

    def pair(
        self,
        part: Part,
        output: Tensor,
        target: Tensor | None,
        inputs: Sequence[Tensor],
        batch: Any,
    ) -> tuple[Tensor, Tensor]:
        """What the loss of a part compares, without the steps that padding put there."""
        given = self.ports.from_data(inputs)
        if not is_padded(batch):
            return part.task.arrange(output, target, tuple(given.values()))
        shown = tuple(marked(value, name, batch) for name, value in given.items())
        if part.task.takes_classes:
            return part.task.arrange(output, target, shown)
        target = None if target is None else as_fractions(target)
        return compared(*part.task.arrange(output, target, shown))

    def _taken(self, given: tuple[Tensor, ...], batch: Any) -> tuple[Tensor, ...]:
        """Inputs in the element type and on the scale that the neuron takes."""
        taken = self._cast(given)
        if not self.normals:
            return taken
        return tuple(
            value if normal is None else repadded(normal(value), value, name, batch)
            for value, normal, name in zip(taken, self.normals, self.ports.inputs, strict=True)
        )

    def _cast(self, given: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        if not any(map(_needs_cast, given, self.fractions)):
            return given
        dtype = torch.get_default_dtype()
        return tuple(
            value.to(dtype) if _needs_cast(value, fraction) else value
            for value, fraction in zip(given, self.fractions, strict=True)
        )


def _needs_cast(value: Tensor, fraction: bool) -> bool:
    return fraction and (not value.is_floating_point() or value.dtype is torch.float64)


def make_objective(
    heads: Sequence[Head],
    ports: Ports,
    fractions: Sequence[bool] = (),
    make_loss: Callable[..., LossContract] | None = None,
    folders: Sequence[Path] = (),
    taken: Sequence[InputPort] = (),
) -> Objective:
    """The objective of heads; `make_loss` replaces `create_loss` where errors have a place."""
    make = make_loss or partial(create_loss, folders=folders)
    parts = []
    for head in heads:
        task = BY_NAME[head.task]
        if not task.trains:
            parts.append(Part(head, task, NoLoss(), None))
            continue
        component, weight = split_weight(head.loss, folders)
        name, _ = split(head.loss)
        parts.append(Part(head, task, make(component), conversion(name, head.last), weight))
    return Objective(ports, tuple(parts), tuple(fractions), tuple(taken))


def as_tuple(result: Any) -> tuple[Tensor, ...]:
    """The outputs of a model in order, whatever they come in."""
    if isinstance(result, Tensor):
        return (result,)
    if isinstance(result, Mapping):
        return tuple(result.values())
    return tuple(result)


def fractions_of(taken: Sequence[Tensor]) -> tuple[bool, ...]:
    """Which of the inputs that a model took are fractions."""
    return tuple(value.dtype is torch.get_default_dtype() for value in taken)


def parameters_of(model: nn.Module) -> int:
    """How many numbers a model learns."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)
