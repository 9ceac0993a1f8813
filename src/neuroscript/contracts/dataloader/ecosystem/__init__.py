"""Datasets of torch and data modules of Lightning under the data loader contract."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset

from neuroscript.contracts.dataloader import DataLoaderContract


class TorchLoader(DataLoaderContract):
    """The batches of a torch DataLoader; pairs become `{"input": …, "target": …}`."""

    def __init__(self, batches: Iterable[Any], samples: Dataset[Any] | None = None) -> None:
        self.batches = batches
        self.samples = samples
        self._seeds: dict[int, int] = {}

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for batch in self.batches:
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


def from_dataset(dataset_class: type, config: Mapping[str, Any], options: Any) -> TorchLoader:
    """Batches of a Dataset made with `options`, in an order that `seed` decides."""
    samples = dataset_class(**options)
    iterable = isinstance(samples, IterableDataset)
    loader: DataLoader[Any] = DataLoader(
        samples,
        batch_size=config.get("batch_size", 32),
        shuffle=None if iterable else bool(config.get("shuffle", True)),
        generator=torch.Generator().manual_seed(config.get("seed", 42)),
        num_workers=config.get("workers") or 0,
    )
    return TorchLoader(loader, samples)


def from_datamodule(module_class: type, config: Mapping[str, Any], options: Any) -> TorchLoader:
    """The batches that a data module has for the split."""
    module = module_class(**options)
    module.prepare_data()
    split = config.get("split", "train")
    module.setup("test" if split == "test" else "fit")
    return TorchLoader(getattr(module, f"{split}_dataloader")())


def is_datamodule(implementation: Any) -> bool:
    """Whether a class is a LightningDataModule, told without importing lightning."""
    return inspect.isclass(implementation) and all(
        hasattr(implementation, name) for name in ("prepare_data", "setup", "train_dataloader")
    )


def is_dataset(implementation: Any) -> bool:
    """Whether a class is a torch Dataset, iterable ones included."""
    return inspect.isclass(implementation) and issubclass(implementation, Dataset)
