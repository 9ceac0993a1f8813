"""NeuroScript: write the architecture, point to data, get training.

Importing this package imports neither torch nor lightning; each attribute loads what it needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from neuroscript.compiling import (
        Namespace as Namespace,
        check as check,
        check_source as check_source,
        compile as compile,
        compile_source as compile_source,
        load as load,
        loads as loads,
        signature as signature,
    )
    from neuroscript.config import Config as Config, load_config as load_config
    from neuroscript.contracts import (
        CheckpointContract as CheckpointContract,
        ContractRegistry as ContractRegistry,
        DataLoaderContract as DataLoaderContract,
        LoggerContract as LoggerContract,
        LossContract as LossContract,
        OptimizerContract as OptimizerContract,
        register_checkpoint as register_checkpoint,
        register_dataloader as register_dataloader,
        register_logger as register_logger,
        register_loss as register_loss,
        register_optimizer as register_optimizer,
    )
    from neuroscript.diagnostics import Diagnostic as Diagnostic, NeuroScriptError as NeuroScriptError
    from neuroscript.training import (
        Plan as Plan,
        Runner as Runner,
        fit as fit,
        load_run as load_run,
        plan as plan,
        train_from_config as train_from_config,
    )

_HOMES = {
    "neuroscript.compiling": (
        "Namespace",
        "check",
        "check_source",
        "compile",
        "compile_source",
        "load",
        "loads",
        "signature",
    ),
    "neuroscript.config": ("Config", "load_config"),
    "neuroscript.contracts": (
        "CheckpointContract",
        "ContractRegistry",
        "DataLoaderContract",
        "LoggerContract",
        "LossContract",
        "OptimizerContract",
        "register_checkpoint",
        "register_dataloader",
        "register_logger",
        "register_loss",
        "register_optimizer",
    ),
    "neuroscript.diagnostics": ("Diagnostic", "NeuroScriptError"),
    "neuroscript.training": (
        "Plan",
        "Runner",
        "fit",
        "load_run",
        "plan",
        "train_from_config",
    ),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = ["__version__", *sorted(_HOME)]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'neuroscript' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
