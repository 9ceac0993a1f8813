"""Holding an export against the model that it was made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from neuroscript.diagnostics import Span
from neuroscript.exporting.errors import Differs, ExportError, NotTheSame, Refuses
from neuroscript.exporting.model import Trained
from neuroscript.exporting.trials import Trial

Asked = Callable[[tuple[Tensor, ...]], Sequence[Tensor]]
"""A model, or what was made of it: inputs in, outputs out."""

TOLERANCE = {torch.float64: 1e-4, torch.float32: 1e-4, torch.float16: 2e-2, torch.bfloat16: 5e-2}
"""By how much an output may differ, for an output whose largest value is 1 or less."""


def check_certain(trained: Trained, asked: Sequence[Trial], place: Span) -> None:
    """Refuses a model that says something else when it is asked again."""
    trial = asked[0]
    with torch.no_grad():
        again = trained(trial.inputs)
    for name, first, second in zip(trained.output_names, trial.outputs, again, strict=True):
        if _difference(first, second) != 0:
            raise ExportError([NotTheSame(place, name)])


def verified(
    trained: Trained, exported: Asked, asked: Sequence[Trial], form: str, place: Span
) -> float:
    """The largest difference between the answers of a model and its export.

    Raises ExportError if it is too large, or the export does not take what the model takes.
    """
    largest = 0.0
    for trial in asked:
        try:
            with torch.no_grad():
                answered = exported(trial.inputs)
        except Exception as error:
            reason = str(error).strip().partition("\n")[0] or type(error).__name__
            raise ExportError([Refuses(place, form, str(trial), reason)]) from error
        for name, ours, theirs in zip(trained.output_names, trial.outputs, answered, strict=True):
            found = _difference(ours, theirs)
            scale = max(1.0, float(ours.abs().nan_to_num(0, 0, 0).max()) if ours.numel() else 1.0)
            if found > TOLERANCE.get(ours.dtype, 0.0) * scale:
                raise ExportError([Differs(place, form, name, f"{found:.2g}", str(trial))])
            largest = max(largest, found)
    return largest


def _difference(ours: Tensor, theirs: Tensor) -> float:
    """The largest difference of two outputs; infinite where they are not alike at all."""
    if ours.shape != theirs.shape:
        return float("inf")
    if not ours.numel():
        return 0.0
    one, other = ours.double(), theirs.double()
    same = (one == other) | (one.isnan() & other.isnan())
    apart = torch.where(same, 0.0, (one - other).abs())
    return float(apart.nan_to_num(float("inf")).max())
