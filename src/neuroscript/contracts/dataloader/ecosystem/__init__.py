"""Datasets of torch and data modules of Lightning under the data loader contract."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset, Subset

from neuroscript.contracts.dataloader import DataLoaderContract
from neuroscript.contracts.dataloader.columns.errors import DataError
from neuroscript.contracts.dataloader.ecosystem.errors import WorkerFailed
from neuroscript.contracts.errors import said


class TorchLoader(DataLoaderContract):
    """The batches of a torch DataLoader; pairs become `{"input": …, "target": …}`."""

    def __init__(self, batches: Iterable[Any], samples: Dataset[Any] | None = None) -> None:
        self.batches = batches
        self.samples = samples
        self._seeds: dict[int, int] = {}

    def __iter__(self) -> Iterator[dict[str, Any]]:
        batches = iter(self.batches)
        while True:
            try:
                batch = next(batches)
            except StopIteration:
                return
            except Exception as error:
                raise_of_worker(error, self.samples)
                raise
            yield as_batch(batch)

    def __len__(self) -> int:
        return len(self.batches)  # type: ignore[arg-type]

    def set_epoch(self, epoch: int) -> None:
        """Says which pass comes next: its order follows from the seed and the epoch alone."""
        names = ("sampler", "batch_sampler", "dataset")
        for one in (self.batches, *(getattr(self.batches, name, None) for name in names)):
            generator = getattr(one, "generator", None)
            if isinstance(generator, torch.Generator):
                seed = self._seeds.setdefault(id(generator), generator.initial_seed())
                generator.manual_seed((seed * 1_000_003 + epoch) % 2**63)
            tell = getattr(one, "set_epoch", None)
            if callable(tell):
                tell(epoch)

    def dataset(self) -> Dataset[Any] | None:
        """The Dataset, where there is one."""
        return self.samples


class DatasetLoader(TorchLoader):
    """The batches of a Dataset, in an order that the seed and the epoch decide."""

    def __init__(self, samples: Dataset[Any], config: Mapping[str, Any]) -> None:
        self.config = config
        loader: DataLoader[Any] = DataLoader(
            samples,
            **torch_settings(config),
            shuffle=bool(config.get("shuffle", True)),
            generator=torch.Generator().manual_seed(config.get("seed", 42)),
        )
        super().__init__(loader, samples)

    def split(self, fraction: float, seed: int) -> tuple[DatasetLoader, DatasetLoader]:
        """Two loaders, the second with that fraction of the samples, chosen by the seed alone."""
        assert self.samples is not None
        total = len(self.samples)  # type: ignore[arg-type]
        held_out = min(max(1, round(total * fraction)), total - 1)
        order = torch.randperm(total, generator=torch.Generator().manual_seed(seed)).tolist()
        parts = sorted(order[held_out:]), sorted(order[:held_out])
        kept, held = (Subset(self.samples, part) for part in parts)
        quiet = {**self.config, "shuffle": False}
        return DatasetLoader(kept, self.config), DatasetLoader(held, quiet)


class DataModuleLoader(TorchLoader):
    """The batches that a LightningDataModule has for one split, and the way to the others."""

    def __init__(self, module: Any, split: str) -> None:
        self.module = module
        module.setup("test" if split == "test" else "fit")
        super().__init__(getattr(module, f"{split}_dataloader")())

    def other_split(self, split: str) -> DataLoaderContract | None:
        """The loader of a split that the module itself defines, not its base class."""
        method = getattr(type(self.module), f"{split}_dataloader")
        inherited = method.__module__.startswith(("lightning.", "pytorch_lightning."))
        return None if inherited else DataModuleLoader(self.module, split)


def raise_of_worker(error: Exception, samples: object) -> None:
    """Raises DataError if an exception comes from a process that loads data."""
    text = str(error)
    if "DataLoader worker" not in text:
        return
    name = type(samples).__name__ if samples is not None else "the data"
    reason = text.strip().splitlines()[-1].strip()
    raise DataError([WorkerFailed(said("data", name), name, reason)]) from error


def as_batch(batch: Any) -> dict[str, Any]:
    """A batch in the form of the contract.

    >>> as_batch((1, 2))
    {'input': 1, 'target': 2}
    """
    if isinstance(batch, Mapping):
        return dict(batch)
    if isinstance(batch, (tuple, list)) and len(batch) == 2:
        return {"input": batch[0], "target": batch[1]}
    if isinstance(batch, (tuple, list)) and len(batch) == 1:
        return {"input": batch[0]}
    return {"input": batch}


def can_be_adapted(cls: type) -> bool:
    """Whether instances of a class can be made a loader."""
    return issubclass(cls, (DataLoaderContract, Dataset, DataLoader)) or is_datamodule(cls)


def adapted(made: Any, config: Mapping[str, Any]) -> Any:
    """A Dataset, a DataLoader or a data module as a loader; anything else as it is."""
    if isinstance(made, IterableDataset):
        return TorchLoader(DataLoader(made, **torch_settings(config)), made)
    if isinstance(made, Dataset):
        return DatasetLoader(made, config)
    if isinstance(made, DataLoader):
        return TorchLoader(made, made.dataset)
    if is_datamodule(type(made)):
        made.prepare_data()
        return DataModuleLoader(made, str(config.get("split", "train")))
    return made


def torch_settings(config: Mapping[str, Any]) -> dict[str, Any]:
    """What a torch DataLoader is told of a config."""
    return {
        "batch_size": config.get("batch_size", 32),
        "num_workers": config.get("workers") or 0,
    }


def is_datamodule(implementation: Any) -> bool:
    """Whether a class is a LightningDataModule, told without importing lightning."""
    return inspect.isclass(implementation) and all(
        hasattr(implementation, name) for name in ("prepare_data", "setup", "train_dataloader")
    )
