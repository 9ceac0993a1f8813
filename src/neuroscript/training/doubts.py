"""What can be trained, but hardly as it is meant: told as notes, refused by nobody."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from neuroscript.training.component import split
from neuroscript.training.facts import Facts
from neuroscript.training.head import Head

REACH = {"Sigmoid": (0.0, 1.0), "Softmax": (0.0, 1.0), "Tanh": (-1.0, 1.0), "ReLU": (0.0, None)}
"""What comes out of an activation: at least, and at most."""

SCORES = ("cross_entropy", "nll", "bce", "bce_with_logits")
"""Losses that take scores of any size."""

SHOWN = 5
"""How many class names are listed."""


def doubts(head: Head, facts: Facts, output: Tensor, samples: int) -> Iterator[str]:
    """What a user should know of one output before training it on so many samples."""
    yield from _constant_output(facts, output)
    yield from _squashed_scores(head)
    yield from _out_of_reach(head, facts)
    if samples > 1:
        yield from _constant_targets(facts)
    yield from _unused_classes(head, facts)


def _constant_output(facts: Facts, output: Tensor) -> Iterator[str]:
    if facts.single and facts.last == "Softmax" and bool((output == 1).all()):
        yield (
            f"output {facts.port} is a Softmax over one number, which is always 1, so nothing is "
            "learnt: end in Sigmoid, or give the output two numbers"
        )


def _squashed_scores(head: Head) -> Iterator[str]:
    """An activation before a loss that takes scores, and cannot undo it."""
    loss, _ = split(head.loss)
    if loss not in SCORES or head.last not in REACH or head.last == "Softmax":
        return
    if head.last == "Sigmoid" and loss.startswith("bce"):
        return
    least, most = REACH[head.last]
    reach = f"within {least:g} and {most:g}" if most is not None else f"at {least:g} and above"
    yield (
        f"the neuron ends in {head.last}: its scores stay {reach}, which keeps {loss} from being "
        f"sure of anything; leave the {head.last} out"
    )


def _out_of_reach(head: Head, facts: Facts) -> Iterator[str]:
    target = facts.target
    if head.task != "regression" or target is None or head.last not in REACH:
        return
    least, most = REACH[head.last]
    if target.least < least or (most is not None and target.greatest > most):
        reach = f"from {least:g} to {most:g}" if most is not None else f"from {least:g} up"
        yield (
            f"the neuron ends in {head.last}, which gives numbers {reach}, and the targets reach "
            f"from {target.least:g} to {target.greatest:g}: leave the {head.last} out, or scale "
            "the targets"
        )


def _constant_targets(facts: Facts) -> Iterator[str]:
    target = facts.target
    if target is None or target.least != target.greatest:
        return
    one = target.names[int(target.least)] if target.names else f"{target.least:g}"
    yield f"every target is {one}: there is nothing to tell apart"


def _unused_classes(head: Head, facts: Facts) -> Iterator[str]:
    target, classes = facts.target, head.classes
    if head.task != "classification" or target is None or classes is None:
        return
    if target.shape == facts.output:
        return  # one-hot vectors show each class
    names = target.names
    if 1 < len(names) < classes:
        shown = ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
        yield f"the output has {classes} classes, and the data name {len(names)}: {shown}"
    elif not names and target.least < target.greatest < classes - 1:
        yield (
            f"the output has {classes} classes, and the highest in the data is {target.greatest:g}"
        )
