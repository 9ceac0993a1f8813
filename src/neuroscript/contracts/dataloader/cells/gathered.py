"""Columns of a table that were read, put together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from neuroscript.contracts.dataloader.cells.choice import Choice, Role
from neuroscript.contracts.dataloader.columns.column import Column
from neuroscript.contracts.dataloader.columns.table import Origin, Table
from neuroscript.contracts.dataloader.damage import Damage
from neuroscript.contracts.dataloader.tokenizers import Texts, Tokenizer


class Read(NamedTuple):
    """One input or target, all rows of it."""

    port: str
    role: Role
    values: Column | None
    """None for text, which becomes numbers when all of it is known."""

    names: Sequence[str] | None = None
    """The name of each class, where the values are classes that have names."""


def gathered(
    columns: Iterable[Read], texts: Texts, choice: Choice, origins: Sequence[Origin], damage: Damage
) -> Table:
    """The table of these columns; `texts` holds those that are text, in the same order."""
    tokenizer, numbered = texts.finish()
    of_text = iter(numbered)
    values: dict[Role, dict[str, Column]] = {"input": {}, "target": {}}
    class_names: dict[str, list[str]] = {}
    tokenizers: dict[str, Tokenizer] = {}
    for column in columns:
        if column.values is None:
            values[column.role][column.port] = next(of_text)
            tokenizers[column.port] = tokenizer
        else:
            values[column.role][column.port] = column.values
        if column.names and column.role == "target":
            class_names[column.port] = list(column.names)
    return Table(
        inputs=values["input"],
        targets=values["target"],
        class_names=class_names,
        origins=tuple(origins),
        ignored=choice.ignored,
        target_name=choice.target_name,
        tokenizers=tokenizers,
        made_of=dict(choice.inputs),
        skipped=damage.skipped,
    )
