"""Plain data as YAML that every reader understands alike, YAML 1.1 or 1.2."""

from __future__ import annotations

from typing import Any

import yaml

from neuroscript.config.yaml12 import SCALARS


class _Dumper(yaml.SafeDumper):
    """Quotes text that either version of YAML would read as something else."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


for _name, _pattern, _first in SCALARS:
    if _name in ("int", "float"):
        _Dumper.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", _pattern, list(_first))


def to_yaml(data: Any) -> str:
    """The data as YAML in its own order.

    >>> print(to_yaml({"lr": 1e-5, "name": "1e-5", "task": "no"}), end="")
    lr: 1.0e-05
    name: '1e-5'
    task: 'no'
    """
    text: str = yaml.dump(
        data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100, indent=2
    )
    return text
