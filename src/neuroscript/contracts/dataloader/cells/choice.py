"""Choosing the targets and the features among the columns of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from neuroscript.contracts.dataloader.cells.errors import (
    NoColumn,
    NoFeatures,
    TextAmongNumbers,
    UnusableColumn,
)
from neuroscript.contracts.dataloader.columns.errors import DataError
from neuroscript.diagnostics import Span

TARGET_NAMES = ("target", "label", "y")
TEXT_NAMES = ("input", "text")
PORT_PREFIX = "target."

Role = Literal["input", "target"]

ColumnType = str
"""`number` (lists of numbers too), `text`, or what else a column holds, in words."""

Targets = str | list[str] | dict[str, str] | None
"""`data.target`: a column, several, or columns by output."""

Features = list[str] | dict[str, Any] | None
"""`data.features`: columns, or for each input a column or several."""


@dataclass(frozen=True)
class Choice:
    """The columns of each input and of each target; `ignored` are those of neither."""

    inputs: dict[str, tuple[str, ...]]
    targets: dict[str, str]
    ignored: tuple[str, ...]

    @property
    def target_name(self) -> str:
        """What the data call the target, or the targets."""
        return ", ".join(self.targets.values())

    def used(self) -> Iterator[tuple[str, Role, tuple[str, ...]]]:
        """Each input, then each target, with the columns that it is made of."""
        for port, names in self.inputs.items():
            yield port, "input", names
        for port, name in self.targets.items():
            yield port, "target", (name,)


def choose_columns(
    types: Mapping[str, ColumnType], target: Targets, features: Features, header: Span
) -> Choice:
    """The target (`target`, else `label`, else `y`, else the last) and the numeric columns.

    Where no column but the target is numeric, the input is the text: the column `input`, else
    `text`, else the only one. Raises DataError at the header if a name that was given is not
    there, or nothing is left.
    """
    targets = _targets(list(types), target)
    inputs = _inputs(types, features, set(targets.values()))
    wanted = [("target", name) for name in targets.values()]
    wanted += [("features", name) for columns in inputs.values() for name in columns]
    for option, name in wanted:
        if name not in types:
            raise DataError([NoColumn(header, name, option, list(types))])
        if types[name] not in ("number", "text"):
            raise DataError([UnusableColumn(header, name, types[name], option)])
    if not inputs:
        texts = [n for n, t in types.items() if t == "text" and n not in targets.values()]
        raise DataError([NoFeatures(header, ", ".join(targets.values()), texts)])
    for columns in inputs.values():
        texts = [name for name in columns if types[name] == "text"]
        if texts and len(columns) > 1:
            raise DataError([TextAmongNumbers(header, texts[0])])
    used = {name for _, name in wanted}
    return Choice(inputs, targets, tuple(name for name in types if name not in used))


def _targets(names: Sequence[str], target: Targets) -> dict[str, str]:
    if isinstance(target, str):
        return {"target": target}
    if isinstance(target, list):
        return {name: name for name in target}
    if target:
        return dict(target)
    by_port = {
        name.removeprefix(PORT_PREFIX): name for name in names if name.startswith(PORT_PREFIX)
    }
    return by_port or {"target": next((name for name in TARGET_NAMES if name in names), names[-1])}


def _inputs(
    types: Mapping[str, ColumnType], features: Features, targets: set[str]
) -> dict[str, tuple[str, ...]]:
    if isinstance(features, dict):
        return {
            port: (columns,) if isinstance(columns, str) else tuple(map(str, columns))
            for port, columns in features.items()
        }
    if features:
        texts = [name for name in features if types.get(name) == "text"]
        numbers = tuple(name for name in features if name not in texts)
        if not numbers and len(texts) == 1:
            return {"input": (texts[0],)}
        return ({"input": numbers} if numbers else {}) | {name: (name,) for name in texts}
    numbers = tuple(name for name, t in types.items() if t == "number" and name not in targets)
    if numbers:
        return {"input": numbers}
    texts = [name for name, t in types.items() if t == "text" and name not in targets]
    text = next((n for n in TEXT_NAMES if n in texts), texts[0] if len(texts) == 1 else None)
    return {} if text is None else {"input": (text,)}
