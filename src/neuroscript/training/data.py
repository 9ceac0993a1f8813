"""The loaders of a config's splits, and Lightning's view of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from lightning import LightningDataModule

from neuroscript.config import Config, ConfigError
from neuroscript.config.named.data_files import SPLITS, data_files, loader_options
from neuroscript.contracts import ContractError, DataLoaderContract, create_dataloader
from neuroscript.contracts.choose import choose_format
from neuroscript.contracts.dataloader.columns import ColumnLoader
from neuroscript.contracts.errors import said
from neuroscript.training.batches import Batches
from neuroscript.training.processes.place import Place
from neuroscript.training.settings import CannotSplit, NotStratified

Split: TypeAlias = Literal["train", "val", "test"]


@dataclass(frozen=True, slots=True)
class Data:
    """The loaders of a run; val and test are None where the config has none."""

    train: DataLoaderContract
    val: DataLoaderContract | None = None
    test: DataLoaderContract | None = None


def load_data(config: Config) -> Data:
    """Makes the loaders of every split that the config names.

    A fraction is held out of the training data, chosen by the seed alone. Classes of other
    splits are numbered as in training. Raises ConfigError or DataError at what is wrong.
    """
    if config.data.train is None and config.data.format is None and not _is_handled(config):
        raise config.missing("data.train")
    train = load_split(config, "train")
    made: dict[Split, DataLoaderContract | None] = {"val": None, "test": None}
    left = 1.0
    for split in made:
        asked = getattr(config.data, split)
        if isinstance(asked, float):
            if asked >= left:
                raise config.error(f"data.{split}", "leaves nothing to train on")
            train, made[split] = _hold_out(config, train, split, asked / left)
            left -= asked
        elif asked is not None:
            made[split] = _numbered_like(train, load_split(config, split))
        else:
            made[split] = train.other_split(split)
    return Data(train, made["val"], made["test"])


def _is_handled(config: Config) -> bool:
    """Whether a loader takes data that name neither files nor a format."""
    try:
        choose_format(loader_options(config))
    except ContractError:
        return False
    return True


def load_split(config: Config, split: Split) -> DataLoaderContract:
    """Makes the loader of the files of one split."""
    settings: dict[str, Any] = {
        **loader_options(config),
        **{k: v for k in SPLITS if (v := getattr(config.data, k)) is not None},
        "split": split,
        "batch_size": config.batch_size,
        "shuffle": config.data.shuffle and split == "train",
        "seed": config.training.seed,
    }
    if config.data.format is not None:
        settings["format"] = config.data.format
    if config.data.workers is not None:
        settings["workers"] = config.data.workers
    if files := data_files(config, split):
        settings["path"] = files[0] if len(files) == 1 else files
    return create_dataloader(
        settings, where=config.at("data", "format", split), folders=config.folders
    )


def _hold_out(
    config: Config, train: DataLoaderContract, split: Split, fraction: float
) -> tuple[DataLoaderContract, DataLoaderContract]:
    divide = getattr(train, "split", None)
    if not callable(divide):
        span = config.where(f"data.{split}") or said("data", split)
        reason = f"{type(train).__name__} has no method `split(fraction, seed)`"
        raise ConfigError([CannotSplit(span, split, reason)])
    stratify = config.data.stratify
    if not isinstance(train, ColumnLoader):
        if stratify:
            reason = f"{type(train).__name__} does not tell its classes"
            raise ConfigError([NotStratified(config.place("data.stratify"), reason)])
        kept, held_out = divide(fraction, config.training.seed)
        return kept, held_out
    try:
        return train.split(fraction, config.training.seed, stratify)
    except ValueError as error:
        place = config.place("data.stratify")
        raise ConfigError([NotStratified(place, str(error))]) from None


def _numbered_like(train: DataLoaderContract, other: DataLoaderContract) -> DataLoaderContract:
    if isinstance(train, ColumnLoader) and isinstance(other, ColumnLoader):
        other.use_class_names(train.class_names)
        other.use_tokenizers(train.tokenizers)
    return other


class ContractDataModule(LightningDataModule):
    """Loaders of the contract as Lightning asks for them.

    `between` is called before each training batch, once everything about the one before is done.
    """

    def __init__(
        self,
        data: Data,
        seed: int = 0,
        between: Callable[[], None] | None = None,
        place: Place | None = None,
    ) -> None:
        super().__init__()
        self.data = data
        self.place = place
        self.seed = seed
        self.between = between
        self.epoch = 0
        self.batch = 0

    def begin_at(self, epoch: int, batch: int) -> None:
        """Says which training batch comes first, both counted from 0."""
        self.epoch, self.batch = epoch, batch

    def train_dataloader(self) -> Batches:
        """The training batches, in an order of their own each epoch."""
        batches = Batches(self.data.train, self.seed, self.between, self.place)
        batches.set_epoch(self.epoch)
        batches.start = self.batch
        return batches

    def val_dataloader(self) -> Batches | list[Batches]:
        """The validation batches."""
        return [] if self.data.val is None else Batches(self.data.val, self.seed, place=self.place)

    def test_dataloader(self) -> Batches | list[Batches]:
        """The test batches."""
        return (
            [] if self.data.test is None else Batches(self.data.test, self.seed, place=self.place)
        )
