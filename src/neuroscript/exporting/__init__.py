"""A trained model in a file that other programs can run, verified against the model itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from neuroscript.exporting.exported import Exported, export

__all__ = ["Exported", "export"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from importlib import import_module

        return getattr(import_module("neuroscript.exporting.exported"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
