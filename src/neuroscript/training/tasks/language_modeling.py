"""The next token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from neuroscript.training.facts import Facts
from neuroscript.training.tasks.task import (
    Otherwise,
    Task,
    class_loss,
    log_probabilities,
    multiclass,
)

if TYPE_CHECKING:
    from torch import Tensor


class LanguageModeling(Task):
    """`[batch, seq]` of tokens to `[batch, seq, vocab]`.

    Without targets, each step is compared with the token after it. Targets of -100 are ignored.
    """

    name = "language_modeling"
    takes_classes = True
    advice = "a list of token ids as long as the input, or none: then the input shifted by one"

    def reason(self, facts: Facts) -> str | None:
        if facts.tokens is None or self.objection(facts):
            return None
        if facts.target is None:
            return f"tokens to {facts.port} without targets: the input shifted by one"
        if facts.output[-1] in facts.vocabularies:
            return f"tokens to {facts.port}, as wide as the embedding's vocabulary"
        return None

    def objection(self, facts: Facts) -> str | None:
        tokens = facts.tokens
        if tokens is None:
            return "language_modeling needs one input of tokens"
        if facts.output[:-1] != tokens:
            return f"language_modeling needs an output [batch, seq, vocab], and it is {facts.port}"
        target = facts.target
        if target is not None and (target.kind == "float" or target.shape != tokens):
            return (
                f"language_modeling takes one token for each step, and these targets are {target}"
            )
        return None

    def otherwise(self, facts: Facts) -> Otherwise | None:
        if facts.target is None:
            return None
        return Otherwise("each token has a class of its own", "task", "token_classification")

    def loss(self, facts: Facts) -> str:
        return class_loss(facts)

    def metrics(self, facts: Facts) -> list[str]:
        return ["perplexity", "token_accuracy"]

    def classes(self, facts: Facts) -> int | None:
        return facts.output[-1]

    def arrange(
        self, predictions: Tensor, targets: Tensor | None, inputs: Sequence[Tensor]
    ) -> tuple[Tensor, Tensor]:
        if targets is None:
            predictions, targets = predictions[:, :-1], inputs[0][:, 1:]
        return predictions.flatten(0, -2), targets.long().flatten()

    def scores(self, predictions: Tensor, last: str | None) -> Tensor:
        return log_probabilities(predictions, last, dim=1)

    def answer(self, output: Tensor, last: str | None) -> tuple[Tensor, Tensor | None]:
        return output.argmax(-1), None

    def metric_settings(self, classes: int | None) -> dict[str, Any]:
        return multiclass(classes)
