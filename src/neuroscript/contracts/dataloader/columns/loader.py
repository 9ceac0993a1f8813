"""Batches gathered from columns held in memory."""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from inspect import Parameter, signature
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import torch
from torch import Tensor
from torch.utils.data import Dataset

from neuroscript.contracts.contract import Options, own_method
from neuroscript.contracts.dataloader import DataLoaderContract
from neuroscript.contracts.dataloader.cache.cached import cached
from neuroscript.contracts.dataloader.cache.large import are_large
from neuroscript.contracts.dataloader.columns.classes import renumber
from neuroscript.contracts.dataloader.columns.column import Column
from neuroscript.contracts.dataloader.columns.description import Description, describe
from neuroscript.contracts.dataloader.columns.encoding import Encoding, encoding_of
from neuroscript.contracts.dataloader.columns.errors import DataError, NothingToSplit, whole_file
from neuroscript.contracts.dataloader.columns.packing import packed
from neuroscript.contracts.dataloader.columns.paths import paths_of
from neuroscript.contracts.dataloader.columns.ragged import Ragged, target_padded
from neuroscript.contracts.dataloader.columns.strata import classes_of, objection, stratified
from neuroscript.contracts.dataloader.columns.table import Table
from neuroscript.contracts.dataloader.columns.tokens import retokenize
from neuroscript.contracts.dataloader.damage.skipped import OnError
from neuroscript.contracts.dataloader.tokenizers.tokenizer import Tokenizer
from neuroscript.diagnostics import Span

Cache = Literal["auto", "always", "never"]

SMALL = (torch.uint8, torch.int8, torch.int16, torch.int32)


class ColumnLoader(DataLoaderContract):
    """A loader that reads everything once and gathers each batch by one selection per column.

    The order of samples is a function of the seed and the epoch alone, so that a run can be
    resumed: call `set_epoch` before each pass. With `on_error="skip"`, damaged samples are counted
    and left out; with `fail` the first ones are told. `pad_value` stands behind the sequences
    that are shorter than the longest of their batch.

    With `cache` the columns are kept in files, from which each batch is read, and need not fit
    into memory: `auto` does that for files larger than a quarter of the free memory.

    With `pack`, token sequences are put one behind the other, `separator` between them, in
    windows of at most so many steps; `true` makes room for the longest.

    A subclass whose `__init__` takes further keywords passes them on, and has these options
    beside its own.
    """

    format: ClassVar[str]
    """What the format is called."""

    streams: ClassVar[bool] = False
    """Whether `read` takes the files a chunk at a time, and keeps in `self` nothing of them."""

    def __init__(
        self,
        path: str | Path | Sequence[str | Path],
        *,
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int = 42,
        on_error: OnError = "fail",
        pad_value: float = 0,
        cache: Cache = "auto",
        pack: bool | int = False,
        separator: int = 0,
    ) -> None:
        if cache == "always" and not self.streams:
            raise ValueError(f"`cache: always` is not for {self.format}")
        options = dict(vars(self))
        self.files = paths_of(path)
        self.on_error = on_error
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self.pad_value = pad_value
        self.epoch = 0
        self.stratified = False
        """Whether the samples are a part of others that has its part of each class."""

        if self._is_kept(cache):
            options["on_error"] = on_error
            self.table = cached(type(self), options, self.files, self.read)
        else:
            self.table = self.read(self.files)
        if pack:
            self.table = packed(self.table, None if pack is True else pack, separator)

    def _is_kept(self, cache: Cache) -> bool:
        if not self.streams or cache == "never":
            return False
        return cache == "always" or are_large(self.files)

    @classmethod
    def options(cls) -> Options | None:
        """What its `__init__` names, and where that takes any keyword, what the next one names."""
        if own_method(cls, "from_config", DataLoaderContract):
            return None
        found: dict[str, Parameter] = {}
        for base in cls.__mro__:
            if "__init__" in vars(base):
                parameters = signature(vars(base)["__init__"], eval_str=True).parameters.values()
                by_name = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
                taken = {p.name: p for p in parameters if p.kind in by_name and p.name != "self"}
                found = taken | found
                if not any(p.kind is Parameter.VAR_KEYWORD for p in parameters):
                    break
        return found

    @abstractmethod
    def read(self, files: Sequence[Path]) -> Table:
        """The samples of the files; raises DataError at the lines that are wrong."""

    def __len__(self) -> int:
        return -(-len(self.table) // self.batch_size)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self.batches_from(0)

    def batches_from(self, first: int) -> Iterator[dict[str, Any]]:
        """The batches of a pass without the first so many, for a run that goes on inside it."""
        total, size = len(self.table), self.batch_size
        order = self.order() if self.shuffle else torch.arange(total)
        for start in range(first * size, total, size):
            yield self.gather(order[start : start + size])

    def set_epoch(self, epoch: int) -> None:
        """Says which pass comes next; each has an order of its own."""
        self.epoch = epoch

    def order(self) -> Tensor:
        """The numbers of the samples in the order of this epoch."""
        generator = torch.Generator().manual_seed(self.seed * 1_000_003 + self.epoch)
        return torch.randperm(len(self.table), generator=generator)

    def gather(self, indices: Tensor) -> dict[str, Any]:
        """The batch of the samples with these numbers.

        Sequences of different lengths are padded to the longest of the batch, and `lengths` says
        how long each is.
        """
        table = self.table
        inputs = {name: self._input(name, indices) for name in table.inputs}
        batch = {"input": _alone(inputs, "input")}
        ragged = {n: c.lengths[indices] for n, c in table.inputs.items() if isinstance(c, Ragged)}
        if ragged:
            batch["lengths"] = ragged if len(inputs) > 1 else next(iter(ragged.values()))
        if table.segments is not None:
            batch["segments"] = table.segments.padded(indices, -1)
        if table.targets:
            targets = {name: _target(c, indices) for name, c in table.targets.items()}
            batch["target"] = _alone(targets, "target")
        return batch

    @property
    def columns(self) -> dict[str, Column]:
        """All samples, by column."""
        return self.table.columns

    @property
    def class_names(self) -> dict[str, list[str]]:
        """By target (`target`, if it has no ports): the name of each class, if they have names."""
        return self.table.class_names

    def use_class_names(self, class_names: dict[str, list[str]]) -> None:
        """Numbers the classes as other data does, such as the one that the model was trained on.

        Raises DataError at the first sample of a class that is not among the names.
        """
        self.table = renumber(self.table, class_names)

    @property
    def tokenizers(self) -> dict[str, Tokenizer]:
        """By input: what made token ids of it, where it was text."""
        return self.table.tokenizers

    def use_tokenizers(self, tokenizers: dict[str, Tokenizer]) -> None:
        """Numbers tokens as other data does, such as the one that the model was trained on."""
        self.table = retokenize(self.table, tokenizers)

    def encoding(self) -> Encoding:
        """How rows such as those of the files become batches, to be kept with a model."""
        return encoding_of(self.table, self.pad_value)

    def describe(self) -> Description:
        """What was read, for people and for deciding what it can train."""
        return describe(self.format, self.table)

    def sample_line(self, sample: int) -> tuple[Path, int]:
        """The file and line that a sample came from."""
        return self.table.sample_line(sample)

    def place(self, sample: int) -> Span:
        """Where a sample stands, to point at."""
        return self.table.place(sample)

    def split(self, fraction: float, seed: int, stratify: bool | None = None) -> tuple[Self, Self]:
        """Two loaders, the second with that fraction of the samples, chosen by the seed alone.

        Both keep the order of the files; the second is not shuffled. With `stratify`, each has
        its part of every class; None does that where the only target is classes that have enough
        samples. Raises ValueError with the reason if it is asked for and cannot be done.
        """
        total = len(self.table)
        if total < 2:
            raise DataError([NothingToSplit(whole_file(self.files[0]), total)])
        held_out = min(max(1, round(total * fraction)), total - 1)
        shuffled = torch.randperm(total, generator=torch.Generator().manual_seed(seed))
        classes = None if stratify is False else classes_of(self.table)
        reason = objection(classes, held_out)
        if stratify and reason is not None:
            raise ValueError(reason)
        by_class = classes is not None and reason is None
        if classes is not None and by_class:
            shuffled = stratified(shuffled, classes, held_out)
        second = self._with(shuffled[:held_out].sort().values)
        second.shuffle, second.stratified = False, by_class
        return self._with(shuffled[held_out:].sort().values), second

    def dataset(self) -> Dataset[Any]:
        """The samples one by one."""
        return _Samples(self)

    def _input(self, name: str, indices: Tensor) -> Tensor:
        column = self.table.inputs[name]
        if isinstance(column, Ragged):
            return _numbers(column.padded(indices, self.pad_value))
        selected = column.index_select(0, indices)
        scale = self.table.scales.get(name)
        return _numbers(selected) if scale is None else selected.float().mul_(scale)

    def _with(self, indices: Tensor) -> Self:
        other = copy.copy(self)
        other.table = self.table.select(indices)
        return other


class _Samples(Dataset[Any]):
    def __init__(self, loader: ColumnLoader) -> None:
        self.loader = loader

    def __len__(self) -> int:
        return len(self.loader.table)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return {name: _first(value) for name, value in self.__getitems__([index]).items()}

    def __getitems__(self, indices: list[int]) -> dict[str, Any]:
        return self.loader.gather(torch.tensor(indices))


def _target(column: Column, indices: Tensor) -> Tensor:
    if isinstance(column, Ragged):
        return target_padded(column, indices)
    return _numbers(column.index_select(0, indices))


def _alone(columns: dict[str, Any], single: str) -> Any:
    """The only column, where it has no name of its own."""
    return columns[single] if list(columns) == [single] else columns


def _numbers(column: Tensor) -> Tensor:
    """Whole numbers may be stored in fewer bytes than models take them in."""
    return column.long() if column.dtype in SMALL else column


def _first(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: inner[0] for name, inner in value.items()}
    return value[0]
