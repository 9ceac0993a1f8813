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
    )
    from neuroscript.compiling import (
        check as check,
    )
    from neuroscript.compiling import (
        check_source as check_source,
    )
    from neuroscript.compiling import (
        compile as compile,  # noqa: A004 (the verb's name)
    )
    from neuroscript.compiling import (
        compile_source as compile_source,
    )
    from neuroscript.compiling import (
        install_import_hook as install_import_hook,
    )
    from neuroscript.compiling import (
        load as load,
    )
    from neuroscript.compiling import (
        loads as loads,
    )
    from neuroscript.compiling import (
        signature as signature,
    )
    from neuroscript.compiling import (
        uninstall_import_hook as uninstall_import_hook,
    )
    from neuroscript.config import Config as Config
    from neuroscript.config import load_config as load_config
    from neuroscript.contracts import (
        CheckpointContract as CheckpointContract,
    )
    from neuroscript.contracts import (
        ContractRegistry as ContractRegistry,
    )
    from neuroscript.contracts import (
        DataLoaderContract as DataLoaderContract,
    )
    from neuroscript.contracts import (
        LoggerContract as LoggerContract,
    )
    from neuroscript.contracts import (
        LossContract as LossContract,
    )
    from neuroscript.contracts import (
        OptimizerContract as OptimizerContract,
    )
    from neuroscript.contracts import (
        register_checkpoint as register_checkpoint,
    )
    from neuroscript.contracts import (
        register_dataloader as register_dataloader,
    )
    from neuroscript.contracts import (
        register_logger as register_logger,
    )
    from neuroscript.contracts import (
        register_loss as register_loss,
    )
    from neuroscript.contracts import (
        register_optimizer as register_optimizer,
    )
    from neuroscript.diagnostics import (
        Diagnostic as Diagnostic,
    )
    from neuroscript.diagnostics import (
        NeuroScriptError as NeuroScriptError,
    )
    from neuroscript.exporting import (
        export as export,
    )
    from neuroscript.training import (
        Plan as Plan,
    )
    from neuroscript.training import (
        Runner as Runner,
    )
    from neuroscript.training import (
        fit as fit,
    )
    from neuroscript.training import (
        load_run as load_run,
    )
    from neuroscript.training import (
        plan as plan,
    )
    from neuroscript.training import (
        train_from_config as train_from_config,
    )

_HOMES = {
    "neuroscript.compiling": (
        "Namespace",
        "check",
        "check_source",
        "compile",
        "compile_source",
        "install_import_hook",
        "load",
        "loads",
        "signature",
        "uninstall_import_hook",
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
    "neuroscript.exporting": ("export",),
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
