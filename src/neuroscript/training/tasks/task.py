"""What a task is: when data ask for it, what it can take, and what is compared with what."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from neuroscript.contracts.loss import IGNORED
from neuroscript.training.facts import Facts

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Another way to read the same data, and the setting that takes it."""

    condition: str
    key: str = ""
    value: str = ""

    def said(self, output: str | None) -> str:
        """On a line; `output` is named where there are several.

        >>> Otherwise("0 and 1 are amounts", "task", "regression").said("size")
        '0 and 1 are amounts: `task: {size: regression}`'
        """
        if not self.key:
            return self.condition
        value = f"{{{output}: {self.value}}}" if output else self.value
        return f"{self.condition}: `{self.key}: {value}`"


class Task(ABC):
    """One row of the table of what is inferred from what.

    A task is stateless. `reason` and `objection` look at facts before training; `arrange` and
    `scores` run in every step.
    """

    name: ClassVar[str]
    advice: ClassVar[str]
    """What targets of this task look like, for the help of a refusal."""

    takes_target: ClassVar[bool] = True
    """Whether the output is held to something that data can give."""

    trains: ClassVar[bool] = True
    """Whether the output has a loss of its own."""

    takes_classes: ClassVar[bool] = False
    """Whether a target is the index of one of the classes that the output tells apart."""

    @abstractmethod
    def reason(self, facts: Facts) -> str | None:
        """Why these facts ask for this task, or None if they do not."""

    @abstractmethod
    def objection(self, facts: Facts) -> str | None:
        """Why the output or the targets do not suit this task, or None if they do."""

    def otherwise(self, facts: Facts) -> Otherwise | None:
        """How else these facts might be meant; None where only this task is plausible."""
        return None

    @abstractmethod
    def loss(self, facts: Facts) -> str:
        """The name of the loss where none is given."""

    @abstractmethod
    def metrics(self, facts: Facts) -> list[str]:
        """The names of the metrics where none are given."""

    @abstractmethod
    def arrange(
        self, predictions: Tensor, targets: Tensor | None, inputs: Sequence[Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Predictions and targets in the shapes and element types that losses compare."""

    def classes(self, facts: Facts) -> int | None:
        """How many classes, or independent labels, the output tells apart; None if neither."""
        return None

    def scores(self, predictions: Tensor, last: str | None) -> Tensor:
        """Arranged predictions as metrics take them: probabilities, their logs, or values."""
        return predictions

    def answer(self, output: Tensor, last: str | None) -> tuple[Tensor, Tensor | None]:
        """What a model's output says, sample by sample, and the probabilities behind it."""
        return output, None

    def metric_settings(self, classes: int | None) -> dict[str, Any]:
        """What every metric of this task is told, where it has such an argument."""
        return {}


def multiclass(classes: int | None) -> dict[str, Any]:
    """The settings of metrics that compare one class of several."""
    return {"task": "multiclass", "num_classes": classes, "ignore_index": IGNORED}


def log_probabilities(predictions: Tensor, last: str | None, dim: int) -> Tensor:
    """The log of class probabilities, whether the neuron ends in Softmax, LogSoftmax or neither."""
    import torch

    if last == "LogSoftmax":
        return predictions
    if last == "Softmax":
        return predictions.clamp_min(torch.finfo(predictions.dtype).tiny).log()
    return predictions.log_softmax(dim)


def likeliest(output: Tensor, last: str | None, dim: int) -> tuple[Tensor, Tensor]:
    """The class of the highest probability, and the probabilities."""
    chances = log_probabilities(output, last, dim).exp()
    return chances.argmax(dim), chances


def probabilities(predictions: Tensor, last: str | None) -> Tensor:
    """Independent probabilities, whether the neuron ends in Sigmoid or not."""
    return predictions if last == "Sigmoid" else predictions.sigmoid()


def ends_in_softmax(facts: Facts) -> bool:
    """Whether the neuron itself says that it tells one class of several."""
    return facts.last in ("Softmax", "LogSoftmax")


def class_loss(facts: Facts) -> str:
    """NLL where the neuron already gives probabilities of classes, else cross entropy."""
    return "nll" if ends_in_softmax(facts) else "cross_entropy"


def binary_loss(facts: Facts) -> str:
    """The probability form of BCE after a Sigmoid, else the one that takes logits."""
    return "bce" if facts.last == "Sigmoid" else "bce_with_logits"
