"""The batches of a run, in an order that its seed and the epoch decide, from any of them on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from neuroscript.contracts import DataLoaderContract
from neuroscript.contracts.dataloader.columns import ColumnLoader
from neuroscript.training.checkpoints.randomness import begin_anew, go_on_from, randomness
from neuroscript.training.processes.place import Place
from neuroscript.training.processes.share import shares

END = object()


class Batches:
    """The batches of a loader, which Lightning tells each epoch by way of `sampler`.

    `between` is called before each batch, once everything about the one before is done: the
    moment at which a run can be saved and gone on with. What a loader draws at random comes from
    a source of its own, begun anew each epoch: the batches of an epoch are the same whether it is
    gone through in one piece or from the middle on.
    """

    def __init__(
        self,
        loader: DataLoaderContract,
        seed: int = 0,
        between: Callable[[], None] | None = None,
        place: Place | None = None,
    ) -> None:
        self.place = place or Place()
        self.loader = loader
        self.seed = seed
        self.between = between
        self.epoch = 0
        self.start = 0
        """How many batches the next pass leaves out, because they were done before."""

        self.sampler = self
        self.batch_sampler = None

    def __iter__(self) -> Iterator[Any]:
        start, self.start = self.start, 0
        own = _Source(self.seed * 1_000_003 + self.epoch)
        draws = not isinstance(self.loader, ColumnLoader)
        with own.used(draws):
            batches: Iterator[Any] = self._from(start)
            if self.place.several:
                batches = shares(batches, self.place.rank, self.place.world)
        while True:
            if self.between is not None:
                self.between()
            with own.used(draws):
                batch = next(batches, END)
            if batch is END:
                return
            yield batch

    def __len__(self) -> int:
        return len(self.loader)

    def _from(self, first: int) -> Iterator[Any]:
        """The batches from one of them on; those before it are drawn and left out if need be."""
        batches_from = getattr(self.loader, "batches_from", None)
        if batches_from is not None:
            made: Iterator[Any] = batches_from(first)
            return made
        return islice(iter(self.loader), first, None)

    def set_epoch(self, epoch: int) -> None:
        """Passes the number of the epoch on to a loader that wants to know it."""
        if epoch != self.epoch:
            self.start = 0
        self.epoch = epoch
        tell = getattr(self.loader, "set_epoch", None)
        if tell is not None:
            tell(epoch)


class _Source:
    """Random numbers apart from those of the model."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.state: dict[str, Any] | None = None

    @contextmanager
    def used(self, wanted: bool) -> Iterator[None]:
        """While this lasts, whoever draws, draws from here."""
        if not wanted:
            yield
            return
        outside = randomness(devices=False)
        if self.state is None:
            begin_anew(self.seed)
        else:
            go_on_from(self.state)
        try:
            yield
        finally:
            self.state = randomness(devices=False)
            go_on_from(outside)
