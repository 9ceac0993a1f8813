"""The names of `neuroscript.contracts`, where older code looks for them."""

from typing import TYPE_CHECKING, Any

import neuroscript.contracts

if TYPE_CHECKING:
    from neuroscript.contracts import *  # noqa: F403

__all__ = neuroscript.contracts.__all__


def __getattr__(name: str) -> Any:
    return getattr(neuroscript.contracts, name)
