"""The table of docs/config.md lists every key that a config may hold, with its default."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from neuroscript.config import Config

PAGE = Path(__file__).parents[2] / "docs" / "config.md"
ROW = re.compile(r"^\| `([a-z_.]+)` \| ([^|]+) \|", flags=re.MULTILINE)


def keys(model: type[BaseModel], prefix: str = "") -> dict[str, Any]:
    """Every dotted key that is no section, with its default."""
    found = {}
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found |= keys(field.annotation, f"{prefix}{name}.")
        else:
            found[prefix + name] = field.default
    return found


def test_every_key_is_listed_and_no_other() -> None:
    listed = [key for key, _ in ROW.findall(PAGE.read_text(encoding="utf-8"))]
    assert listed == list(keys(Config))


def test_the_defaults_are_those_of_the_model() -> None:
    wrong = []
    listed = dict(ROW.findall(PAGE.read_text(encoding="utf-8")))
    for key, default in keys(Config).items():
        if default is None or default is PydanticUndefined:
            continue
        said = str(default).lower() if isinstance(default, bool) else str(default)
        if listed.get(key) != f"`{said}`":
            wrong.append((key, listed.get(key), said))
    assert wrong == []
