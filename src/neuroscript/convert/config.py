"""config.json of a model of transformers: values with their types, and what does not suit ours."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from neuroscript.convert.errors import (
    ConfigBadValue,
    ConfigDiffers,
    ConfigNotRead,
    OtherModel,
    WeightsError,
    nowhere,
    place,
)
from neuroscript.convert.families import families, find
from neuroscript.convert.family import Family, Settings
from neuroscript.diagnostics import Diagnostic, Source, Span

MISSING = object()


class HubConfig:
    """The keys of a config.json, each asked for by its type; `problems` are told all at once."""

    def __init__(
        self, data: Mapping[str, Any], source: Source | None = None, path: str = ""
    ) -> None:
        self.data = data
        self.source = source or nowhere().source
        self.path = path
        self.problems: list[Diagnostic] = []

    def has(self, key: str) -> bool:
        """Whether the key is there and says something."""
        return self.data.get(key) is not None

    def integer(self, key: str, default: int) -> int:
        """A whole number."""
        return int(self._typed(key, default, int, "a whole number"))

    def number(self, key: str, default: float) -> float:
        """Any number."""
        return float(self._typed(key, default, (int, float), "a number"))

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        return bool(self._typed(key, default, bool, "true or false"))

    def integers(self, key: str, default: tuple[int, ...]) -> tuple[int, ...]:
        """A list of whole numbers."""
        value = self._typed(key, list(default), list, "a list of whole numbers")
        if all(isinstance(item, int) and not isinstance(item, bool) for item in value):
            return tuple(value)
        self._refuse(key, value, "a list of whole numbers")
        return default

    def classes(self) -> int:
        """How many classes a classifier tells apart."""
        labels = self.data.get("id2label")
        return len(labels) if isinstance(labels, Mapping) else self.integer("num_labels", 2)

    def below(self, key: str) -> HubConfig | None:
        """A section; None if it is not there."""
        value = self.data.get(key)
        if not isinstance(value, Mapping):
            if value is not None:
                self._refuse(key, value, "a section")
            return None
        inner = HubConfig(value, self.source, f"{self.path}{key}.")
        inner.problems = self.problems
        return inner

    def must_be(self, key: str, *allowed: Any) -> Any:
        """One of these values, the first where the key is missing; our model has no others."""
        value = self.data.get(key, allowed[0])
        if value not in allowed:
            wanted = " or ".join(_told(a) for a in allowed if a is not None)
            told = ConfigDiffers(self.where(key), f"{self.path}{key}", _told(value), wanted)
            self.problems.append(told)
        return value

    def _typed(self, key: str, default: Any, types: Any, wanted: str) -> Any:
        value = self.data.get(key)
        if value is None:
            return default
        typed = isinstance(value, types) and isinstance(value, bool) == (types is bool)
        if typed and not (isinstance(value, float) and not isfinite(value)):
            return value
        self._refuse(key, value, wanted)
        return default

    def _refuse(self, key: str, value: Any, wanted: str) -> None:
        told = ConfigBadValue(self.where(key), f"{self.path}{key}", _told(value), wanted)
        self.problems.append(told)

    def where(self, key: str) -> Span:
        """The place of a key."""
        found = re.search(rf'"{re.escape(key)}"\s*:', self.source.text)
        start, end = found.span() if found else (0, 1)
        return Span(self.source, start, max(end - 1, 1))


def read_config(folder: Path) -> HubConfig | None:
    """config.json of a folder; None if there is none. Raises WeightsError (NW106)."""
    path = folder / "config.json"
    if not path.is_file():
        return None
    span = place(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        raise WeightsError([ConfigNotRead(span, reason)]) from None
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        at = Source(span.source.name, text, path).at(error.lineno, error.colno)
        raise WeightsError([ConfigNotRead(at, f"is no JSON: {error.msg}")]) from None
    except (ValueError, RecursionError) as error:
        raise WeightsError([ConfigNotRead(span, f"is no JSON: {error}")]) from None
    if not isinstance(data, dict):
        raise WeightsError([ConfigNotRead(span, "should hold an object, `{…}`")])
    return HubConfig(data, Source(span.source.name, text, path))


def settings_of(config: HubConfig, model: str) -> Settings:
    """What a config says of our model; raises WeightsError with all that ours cannot be.

    >>> settings_of(HubConfig({"n_embd": 8, "n_layer": 2}), "gpt2").params["d_ff"]
    32
    """
    family, fixed = find(model)
    _is_of(config, family)
    settings = family.settings(config)
    if config.problems:
        raise WeightsError(config.problems)
    if fixed is not None and settings.neuron != fixed.neuron:
        found = f"a model like `{settings.neuron}`" if settings.neuron else "a model of other sizes"
        advice = f"try `--to {settings.neuron.lower()}`" if settings.neuron else None
        where = config.where("depths")
        raise WeightsError([OtherModel(where, f"`{fixed.neuron}`", found, advice)])
    return settings


def _is_of(config: HubConfig, family: Family) -> None:
    """Whether the config is of this family, as far as it says."""
    kind = config.data.get("model_type", family.name)
    if kind != family.name:
        advice = f"try `--to {kind}`" if kind in families() else None
        told = OtherModel(config.where("model_type"), f"`{family.name}`", f"`{kind}`", advice)
        raise WeightsError([told])


def _told(value: Any) -> str:
    """A value as config.json would write it."""
    try:
        text = json.dumps(value)
    except (TypeError, ValueError):
        text = repr(value)
    return f"`{text if len(text) < 60 else text[:57] + '…'}`"
