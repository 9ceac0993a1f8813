"""The files of a config's data."""

from __future__ import annotations

from typing import Any

from neuroscript.config.config import Config
from neuroscript.config.errors import ConfigError
from neuroscript.contracts import ContractRegistry

TOKENIZER = "tokenizer"
"""The option of data loaders that may name a file."""

SPLITS = ("train", "val", "test", "predict")

BY_NAME = frozenset({"huggingface"})
"""The built-in formats whose data may have a name instead of a path."""


def data_files(config: Config, split: str) -> list[str]:
    """The files of a split, none if it has none or is a part of another.

    A loader of one's own may mean something else than files by a path: what cannot be found is
    then given as it is. For the built-in ones of files, ConfigError is raised.
    """
    given = getattr(config.data, split)
    if given is None or isinstance(given, float):
        return []
    try:
        return [str(path) for path in config.resolve_all(f"data.{split}")]
    except ConfigError:
        of_files = ContractRegistry.of("dataloader").built_in - BY_NAME
        if config.data.format in (None, *of_files):
            raise
        return given if isinstance(given, list) else [given]


def loader_options(config: Config) -> dict[str, Any]:
    """The keys of `data` that are for the loader, the file of a tokenizer with its whole path.

    Raises ConfigError at `data.tokenizer` if it names a `.json` file that is not there.
    """
    options = config.data.options
    named = options.get(TOKENIZER)
    if isinstance(named, str) and named.endswith(".json"):
        options[TOKENIZER] = str(config.resolve(f"data.{TOKENIZER}").absolute())
    return options
