"""A column of class names that grows chunk by chunk, as numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from neuroscript.contracts.dataloader.columns.column import Column
from neuroscript.contracts.dataloader.columns.growing import Growing


class GrowingNames:
    """Names as numbers in order of appearance, and in the end in alphabetical order.

    >>> column = GrowingNames()
    >>> column.add(["dog", "cat"])
    >>> column.add(["dog"])
    >>> column.finish()
    (tensor([1, 0, 1]), ['cat', 'dog'])
    """

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.growing = Growing()
        self.counts = np.zeros(0, np.int64)
        """How often each name occurs."""

        self.last = np.zeros(0, np.int64)

    def add(
        self,
        names: Sequence[str],
        lengths: NDArray[np.int64] | None = None,
        inner: tuple[int, ...] = (),
    ) -> None:
        """Takes names: one a sample, or with lengths that many steps, each of shape `inner`."""
        numbers = self.numbers
        ids = np.fromiter(
            (numbers.setdefault(name, len(numbers)) for name in names), np.int64, len(names)
        )
        self.last = ids
        self._count(ids, 1)
        self.growing.add(ids.reshape(-1, *inner), lengths)

    def take_back(self) -> None:
        """Forgets what was added last."""
        self._count(self.last, -1)
        self.growing.take_back()

    @property
    def used(self) -> list[str]:
        """The names that occur, in alphabetical order."""
        return sorted(name for name, number in self.numbers.items() if self.counts[number])

    def finish(self) -> tuple[Column, list[str]]:
        """The whole column as class indices, and the name of each class."""
        names = self.used
        lookup = np.zeros(len(self.numbers), np.int64)
        lookup[[self.numbers[name] for name in names]] = np.arange(len(names))
        return self.growing.finish(lookup.__getitem__), names

    def _count(self, ids: NDArray[np.int64], sign: int) -> None:
        found = np.bincount(ids, minlength=len(self.numbers))
        self.counts = np.pad(self.counts, (0, len(found) - len(self.counts))) + sign * found
