"""What the built-in data loaders share: whole columns as tensors, and batches cut from them.

The loader uses tokenizers and images, and they use its errors: so each name here is imported
when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neuroscript.contracts.dataloader.columns.column import Column
    from neuroscript.contracts.dataloader.columns.description import Description
    from neuroscript.contracts.dataloader.columns.encoding import Encoding
    from neuroscript.contracts.dataloader.columns.loader import ColumnLoader
    from neuroscript.contracts.dataloader.columns.ragged import Ragged
    from neuroscript.contracts.dataloader.columns.table import Origin, Table

__all__ = ["Column", "ColumnLoader", "Description", "Encoding", "Origin", "Ragged", "Table"]

_MODULES = {"ColumnLoader": "loader", "Origin": "table"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, name.lower())}"), name)
