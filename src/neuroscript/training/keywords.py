"""Parameters of a config as the class of a neuron takes them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from neuroscript.codegen import parameter_name


def keywords(made: Callable[..., object], params: Mapping[str, Any]) -> dict[str, Any]:
    """What to call `made` with: `lambda` of a program is `lambda_` in Python.

    A name that `made` takes neither way is left as it is.
    """
    takes = inspect.signature(made).parameters
    found = {}
    for name, value in params.items():
        ours = parameter_name(name)
        found[ours if name not in takes and ours in takes else name] = value
    return found
