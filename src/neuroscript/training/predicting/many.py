"""Telling one row from a list of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from neuroscript.training.predicting.batches import Form


def are_several(value: Any, form: Form) -> bool:
    """Whether plain data are a list of rows.

    A list is one row where a neuron with one input takes a list as deep as this one.

    >>> from neuroscript.training.input_port import InputPort
    >>> form = Form((InputPort("in", ("batch", 2), "float", (2,)),))
    >>> are_several([0, 1], form), are_several([[0, 1], [1, 0]], form), are_several([{}], form)
    (False, True, True)
    """
    if not isinstance(value, list):
        return False
    if len(form.ports) > 1 or not value or all(isinstance(one, Mapping) for one in value):
        return True
    if (form.text is not None or form.images) and all(isinstance(one, str) for one in value):
        return True
    return _depth(value) > form.ports[0].rank


def _depth(value: Any) -> int:
    depth = 0
    while isinstance(value, list):
        depth += 1
        value = value[0] if value else None
    return depth
