"""Where rows of Arrow come from, and what is asked of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from neuroscript.contracts.dataloader.cells.choice import Features, Targets
from neuroscript.contracts.dataloader.tokenizers import Tokenizer


@dataclass(frozen=True)
class Asked:
    """What the config says of the columns."""

    target: Targets = None
    features: Features = None
    tokenizer: Tokenizer = field(kw_only=True)


@dataclass(frozen=True)
class Batches:
    """One source of rows: its schema, and what reads batches of some of its columns."""

    path: Path
    schema: Any
    read: Callable[[list[str]], Iterator[Any]]
    """Gives pyarrow's tables or record batches."""

    class_names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By column, the names of classes that the data give as numbers."""
