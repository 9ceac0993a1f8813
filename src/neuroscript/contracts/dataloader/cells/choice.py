"""Choosing the target and the features among the columns of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neuroscript.contracts.dataloader.cells.errors import NoColumn, NoFeatures
from neuroscript.contracts.dataloader.columns.errors import DataError
from neuroscript.diagnostics import Span

TARGET_NAMES = ("target", "label", "y")


@dataclass(frozen=True)
class Choice:
    """Names of columns; `ignored` are those that are neither features nor target."""

    features: tuple[str, ...]
    target: str
    ignored: tuple[str, ...]


def choose_columns(
    names: Sequence[str],
    numeric: Sequence[bool],
    target: str | None,
    features: Sequence[str] | None,
    header: Span,
) -> Choice:
    """The target (`target`, else `label`, else `y`, else the last) and the numeric columns.

    Raises DataError at the header if a name that was given is not there, or nothing is left.
    """
    for option, wanted in (("target", [target] if target else []), ("features", features or [])):
        for name in wanted:
            if name not in names:
                raise DataError([NoColumn(header, name, option, names)])
    chosen = target or next((name for name in TARGET_NAMES if name in names), names[-1])
    if features:
        used = tuple(features)
    else:
        pairs = zip(names, numeric, strict=True)
        used = tuple(name for name, is_number in pairs if is_number and name != chosen)
    if not used:
        raise DataError([NoFeatures(header, chosen)])
    ignored = tuple(name for name in names if name not in used and name != chosen)
    return Choice(used, chosen, ignored)
