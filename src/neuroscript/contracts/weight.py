"""How much a loss counts beside the losses of other outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from neuroscript.contracts.create import Component, find
from neuroscript.contracts.loss import recipe


def split_weight(
    component: Component, folders: Sequence[Path] = ()
) -> tuple[str | dict[str, Any], float]:
    """A loss without its weight, and the weight: the number by which it is multiplied.

    A list is the weight of each class, and belongs to the loss. So does a number where a loss of
    one's own has an option of that name.

    >>> split_weight({"name": "mse", "weight": 0.5})
    ({'name': 'mse'}, 0.5)
    >>> split_weight({"name": "cross_entropy", "weight": [1, 2]})
    ({'name': 'cross_entropy', 'weight': [1, 2]}, 1.0)
    """
    if not isinstance(component, Mapping):
        return component, 1.0
    weight = component.get("weight")
    if isinstance(weight, bool) or not isinstance(weight, (int, float)):
        return dict(component), 1.0
    if _has_a_weight(component.get("name"), folders):
        return dict(component), 1.0
    return {key: value for key, value in component.items() if key != "weight"}, float(weight)


def _has_a_weight(name: object, folders: Sequence[Path]) -> bool:
    """Whether a number called `weight` is an option of the loss itself."""
    from neuroscript.contracts.loss.over_torch import TorchLoss

    if not isinstance(name, str):
        return False
    implementation = find("loss", name, folders=folders)
    if isinstance(implementation, type) and issubclass(implementation, TorchLoss):
        return False
    made = recipe(name, implementation)
    return made is not None and (made.options is None or "weight" in made.options)
