"""The weights that a model starts with, where its config names a file of them."""

from __future__ import annotations

from torch import nn

from neuroscript.config import Config
from neuroscript.config.sections import WeightsSection
from neuroscript.convert import load_weights


def start_from(config: Config, model: nn.Module) -> str | None:
    """Put `model.weights` into a model; what to tell of it, None if there are none.

    Raises NeuroScriptError, at the key, for a file that is not there, cannot be read, or does not
    fit.
    """
    weights = config.model.weights
    if weights is None:
        return None
    asked = WeightsSection(file=weights) if isinstance(weights, str) else weights
    key = config.weights_key or "model.weights"
    path = config.resolve(key)
    prefix = f"{asked.into}." if asked.into else ""
    report = load_weights(path, model, prefix, asked.partial, config.where(key))
    untouched = sum(1 for name in model.state_dict() if not name.startswith(prefix))
    new = untouched + len(report.missing) + len(report.misshaped)
    told = f"{asked.file}   {len(report.taken)} tensors"
    return f"{told}, {new} start anew" if new else told
