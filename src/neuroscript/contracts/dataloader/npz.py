"""Arrays of numpy: `.npz` archives, `.npy` files, and folders of `.npy` files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from neuroscript.contracts.dataloader.arrays import read_arrays
from neuroscript.contracts.dataloader.columns import ColumnLoader, Table
from neuroscript.contracts.dataloader.columns.paths import paths_of
from neuroscript.contracts.dataloader.damage import Damage
from neuroscript.contracts.registry import register_dataloader


@register_dataloader("npz", replace=False)
class NpzLoader(ColumnLoader):
    """One sample for each row of the arrays `input` and `target`, or `x` and `y`.

    Without an `input` or `x`, every array but the target is an input by its port; targets by port
    are called `target.<port>`. Of arrays such as `x_train` and `x_test`, those of the split are
    taken. Text in a target is class names, and so is an array `class_names`. Arrays that are not
    compressed are mapped, not read, where their type allows it; pickled ones are refused.
    """

    format: ClassVar[str] = "npz"
    suffixes: ClassVar[tuple[str, ...]] = (".npz", ".npy")

    def __init__(
        self, path: str | Path | Sequence[str | Path], *, split: str = "train", **common: Any
    ) -> None:
        self.of_split = split
        super().__init__(path, **common)

    @classmethod
    def can_handle(cls, config: Mapping[str, Any]) -> bool:
        """Files by their suffix, and folders with `.npy` files in them."""
        folders = paths_of(config.get("path"))
        in_folders = bool(folders) and all(any(folder.glob("*.npy")) for folder in folders)
        return in_folders or super().can_handle(config)

    def read(self, files: Sequence[Path]) -> Table:
        """The samples of the files, in order."""
        return read_arrays(files, self.of_split, Damage(self.on_error, "row"))
