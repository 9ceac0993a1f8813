from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from neuroscript.contracts import KINDS, ContractRegistry


@pytest.fixture(autouse=True)
def registrations_end_with_the_test() -> Iterator[None]:
    """What a test registers or imports as a plugin is gone afterwards."""
    registries = [ContractRegistry.of(kind.name) for kind in KINDS]
    before = [dict(registry._registered) for registry in registries]
    modules = set(sys.modules)
    yield
    for registry, registered in zip(registries, before, strict=True):
        built_in = {n: i for n, i in registry._registered.items() if n in registry.built_in}
        registry._registered.clear()
        registry._registered.update(built_in | registered)
    for name in set(sys.modules) - modules:
        if getattr(sys.modules[name], "__file__", None) and "pytest" in str(
            sys.modules[name].__file__
        ):
            del sys.modules[name]
