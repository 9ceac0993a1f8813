"""Which target in the data each output is held to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from neuroscript.training.errors import TrainingError
from neuroscript.training.mismatch import OutputMissing, WhichTarget
from neuroscript.training.samples import Samples
from neuroscript.training.subject import Subject

WITHOUT_TARGETS = ("none", "penalty", "reconstruction")
"""Tasks that make no use of targets."""


def held_to(
    subject: Subject,
    outputs: Mapping[str, Tensor],
    inputs: Sequence[Tensor],
    tasks: Mapping[str, str | None],
    samples: Samples,
) -> dict[str, str]:
    """For each output that has a target, the name that the data give it.

    Raises TrainingError if outputs go without that cannot, or if it is not clear which is which.
    """
    given = list(samples.targets)
    if not given:
        return {}
    asked = [
        port
        for port, output in outputs.items()
        if tasks[port] not in WITHOUT_TARGETS and (output.dim() or port in given)
    ]
    if len(asked) == 1 and len(given) == 1:
        return {asked[0]: given[0]}
    if len(asked) == 1:
        if asked[0] in given:
            return {asked[0]: asked[0]}
        span = subject.span(asked[0])
        raise TrainingError([WhichTarget(samples.place(0), given, asked, span)])
    named = {port: port for port in asked if port in given}
    lacking = [
        port
        for port in asked
        if port not in named and not _needs_none(outputs[port], inputs, tasks[port])
    ]
    if lacking:
        place = samples.place(0)
        raise TrainingError(
            [OutputMissing(place, port, subject.span(port), given) for port in lacking]
        )
    if not named and asked:
        raise TrainingError([WhichTarget(samples.place(0), given, asked, None)])
    return named


def _needs_none(output: Tensor, inputs: Sequence[Tensor], task: str | None) -> bool:
    """Whether an output can be compared with the input itself."""
    if task is not None:
        return task == "language_modeling"
    return len(inputs) == 1 and inputs[0].shape[1:] == output.shape[1:]
