"""Training: what is inferred from a neuron and its data, and the run that follows from it.

Names are loaded when they are used, so that importing this package alone imports no lightning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from neuroscript.training.component import Component

if TYPE_CHECKING:
    from neuroscript.training.fitting import fit, train_from_config
    from neuroscript.training.hooks import RegistryHooks
    from neuroscript.training.module import NeuronModule
    from neuroscript.training.planning import Plan, plan
    from neuroscript.training.runner import Runner
    from neuroscript.training.saved import load_run
    from neuroscript.training.stop import TrainingInterrupted

__all__ = [
    "Component",
    "NeuronModule",
    "Plan",
    "RegistryHooks",
    "Runner",
    "TrainingInterrupted",
    "fit",
    "load_run",
    "plan",
    "train_from_config",
]

_HOMES = {
    "NeuronModule": "module",
    "Plan": "planning",
    "RegistryHooks": "hooks",
    "Runner": "runner",
    "TrainingInterrupted": "stop",
    "fit": "fitting",
    "load_run": "saved",
    "plan": "planning",
    "train_from_config": "fitting",
}


def __getattr__(name: str) -> Any:
    """The name from the file that defines it."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
