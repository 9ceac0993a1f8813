"""Nothing: an output that is there for something else than its own training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from neuroscript.training.facts import Facts
from neuroscript.training.tasks.task import Task

if TYPE_CHECKING:
    from torch import Tensor


class NoTask(Task):
    """Any output, compared with nothing: it has no loss and no metrics of its own.

    It is never inferred. A loss of one's own may look at it, as that of another output.
    """

    name = "none"
    advice = "none: the output is not trained by itself"
    takes_target: ClassVar[bool] = False
    trains: ClassVar[bool] = False

    def reason(self, facts: Facts) -> str | None:
        return None

    def objection(self, facts: Facts) -> str | None:
        return None

    def loss(self, facts: Facts) -> str:
        return "none"

    def metrics(self, facts: Facts) -> list[str]:
        return []

    def arrange(
        self, predictions: Tensor, targets: Tensor | None, inputs: Sequence[Tensor]
    ) -> tuple[Tensor, Tensor]:
        nothing = predictions.new_zeros(1)
        return nothing, nothing
