"""Images: a folder with a folder for each class, or a list of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from neuroscript.contracts.dataloader.columns import ColumnLoader, Table
from neuroscript.contracts.dataloader.columns.paths import paths_of
from neuroscript.contracts.dataloader.damage import Damage
from neuroscript.contracts.dataloader.pictures import SUFFIXES, Form, read_images
from neuroscript.contracts.registry import register_dataloader


@register_dataloader("images", replace=False)
class ImagesLoader(ColumnLoader):
    """One sample for each image, `[channels, height, width]` from 0 to 1.

    A folder holds a folder for each class, named after it, or images alone, which then have no
    target. A CSV or JSONL file lists images in a column `image` beside their targets. `size` is
    the side of a square, or height and width, that images are scaled to cover, what stands out
    being cut off; without it all images are as large as the first. `channels` is 1 for grey, 3
    for colours, 4 for colours and transparency; without it, what the first image has.
    """

    format: ClassVar[str] = "images"
    suffixes: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        path: str | Path | Sequence[str | Path],
        *,
        size: int | list[int] | None = None,
        channels: Literal[1, 3, 4] | None = None,
        **common: Any,
    ) -> None:
        sides = [size, size] if isinstance(size, int) else size
        if sides is not None and (len(sides) != 2 or min(sides) < 1):
            raise ValueError(f"`size` is one side, or height and width, not {size}")
        self.form = Form(None if sides is None else (sides[0], sides[1]), channels)
        super().__init__(path, **common)

    @classmethod
    def can_handle(cls, config: Mapping[str, Any]) -> bool:
        """Folders that hold images, or folders of images."""
        folders = paths_of(config.get("path"))
        return bool(folders) and all(_holds_images(folder) for folder in folders)

    def read(self, files: Sequence[Path]) -> Table:
        """The images, in order of their classes and names."""
        return read_images(files, self.form, Damage(self.on_error, "image"))


def _holds_images(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    return any(path.suffix.lower() in SUFFIXES for path in folder.rglob("*.*"))
