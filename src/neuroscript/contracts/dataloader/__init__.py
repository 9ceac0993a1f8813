"""Data loaders: batches of tensors, from files or from anywhere."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from neuroscript.contracts.contract import Options, Recipe, options_of, own_method
from neuroscript.contracts.dataloader.own_config import made_and_read
from neuroscript.contracts.errors import ContractError, UnknownOption, said

if TYPE_CHECKING:
    from torch.utils.data import Dataset

EXPECTED = (
    "a DataLoaderContract, a torch Dataset or IterableDataset class, a LightningDataModule class, "
    "or a function that returns such a thing"
)

DATA_KEYS = (
    "path",
    "split",
    "batch_size",
    "shuffle",
    "seed",
    "workers",
    "format",
    "train",
    "val",
    "test",
    "predict",
)
"""What every loader is told; one that does not name a key in its signature is not given it."""


class DataLoaderContract(ABC):
    """A source of batches: dicts `{"input": tensor, "target": tensor}`, batch dimension first.

    With several inputs, or several targets, the value is a dict of tensors by port. The loader
    is made from the `data` section of a config: `path` (the files of this split), `split`,
    `batch_size`, `shuffle`, `seed` and every further key that stands there.
    """

    suffixes: ClassVar[tuple[str, ...]] = ()
    """File suffixes for which this loader is chosen where no `data.format` is given."""

    @abstractmethod
    def __iter__(self) -> Iterator[dict[str, Any]]:
        """One pass over the batches."""

    @abstractmethod
    def __len__(self) -> int:
        """The number of batches in one pass."""

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Makes the loader; as inherited, with those keys that its `__init__` names."""
        options = cls.options()
        return cls(**{k: v for k, v in config.items() if options is None or k in options})

    @classmethod
    def can_handle(cls, config: Mapping[str, Any]) -> bool:
        """Whether this loader is the one for a `data` section that names no format."""
        paths = config.get("path") or ()
        paths = [paths] if isinstance(paths, str) else [str(path) for path in paths]
        return bool(paths) and all(path.lower().endswith(cls.suffixes) for path in paths)

    @classmethod
    def options(cls) -> Options | None:
        """What its `__init__` names; None if the loader judges its config by itself."""
        if own_method(cls, "from_config", DataLoaderContract):
            return None
        return options_of(cls)

    def dataset(self) -> Dataset[Any] | None:
        """The samples one by one, for sharding across processes; None if there are no such."""
        return None

    def other_split(self, split: str) -> DataLoaderContract | None:
        """The loader of `val` or `test` that comes with this one; None if none does.

        Asked of the training loader where the config says nothing about that split.
        """
        return None


def recipe(name: str, implementation: Any, config: Mapping[str, Any]) -> Recipe[Any] | None:
    """How to make the loader of a config from whatever was registered; None if it is no loader."""
    if isinstance(implementation, type) and issubclass(implementation, DataLoaderContract):
        contract = implementation
        options = contract.options()
        if options is not None:
            return Recipe(lambda **_: contract.from_config(config), options)
        return Recipe(lambda **_: _reading(name, contract, config), None)
    from neuroscript.contracts.dataloader import ecosystem

    if isinstance(implementation, type) and not ecosystem.can_be_adapted(implementation):
        return None
    if isinstance(implementation, (type, FunctionType)):
        make = implementation
        return Recipe(lambda **o: ecosystem.adapted(make(**o), config), options_of(make))
    if ecosystem.can_be_adapted(type(implementation)):
        return Recipe(lambda: ecosystem.adapted(implementation, config), {})
    return None


def _reading(
    name: str, contract: type[DataLoaderContract], config: Mapping[str, Any]
) -> DataLoaderContract:
    """A loader that reads its config by itself; raises ContractError for keys it never looks at."""
    made, read = made_and_read(contract.from_config, config)
    unread = [k for k in config if read is not None and k not in read and k not in DATA_KEYS]
    if unread:
        known = sorted(read or ())
        raise ContractError(
            [
                UnknownOption(said("dataloader", name), "dataloader", name, key, known, DATA_KEYS)
                for key in unread
            ]
        )
    return made
