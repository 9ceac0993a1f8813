"""Plain text, read as bytes, for language models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch

from neuroscript.contracts.dataloader.columns import ColumnLoader, Table
from neuroscript.contracts.dataloader.columns.errors import DataError, Unreadable, whole_file
from neuroscript.contracts.registry import register_dataloader
from neuroscript.diagnostics import Diagnostic


@dataclass(frozen=True)
class TooShort(Diagnostic):
    code = "ND130"
    length: int
    context: int

    @property
    def message(self) -> str:
        return f"the text has {self.length} bytes, fewer than one window of {self.context}"

    @property
    def help(self) -> str:
        return "give more text, or a smaller `data.context`"


@register_dataloader("text", replace=False)
class TextLoader(ColumnLoader):
    """Text cut into windows of `context` bytes, one after the other; ids are 0 … 255.

    A sample is one window, and has no target: the next byte is the target of each. What is left
    at the end of the text is not used.
    """

    format: ClassVar[str] = "text"
    suffixes: ClassVar[tuple[str, ...]] = (".txt",)

    def __init__(
        self,
        path: str | Path | Sequence[str | Path],
        *,
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int = 42,
        context: int = 64,
    ) -> None:
        if context < 2:
            raise ValueError(f"`context` is at least 2, not {context}")
        self.context = context
        super().__init__(path, batch_size=batch_size, shuffle=shuffle, seed=seed)

    def read(self, files: Sequence[Path]) -> Table:
        """The windows of the files, which are read as one text."""
        try:
            raw = b"".join(file.read_bytes() for file in files)
        except OSError as error:
            place = whole_file(Path(error.filename or files[0]))
            raise DataError([Unreadable(place, error.strerror or str(error))]) from None
        windows = len(raw) // self.context
        if not windows:
            raise DataError([TooShort(whole_file(files[0]), len(raw), self.context)])
        used = np.frombuffer(raw, dtype=np.uint8, count=windows * self.context)
        column = torch.from_numpy(used.copy()).reshape(windows, self.context)
        return Table(inputs={"input": column})

    def sample_line(self, sample: int) -> tuple[Path, int]:
        """The file and line in which a window begins; the files are read again for it."""
        chosen = self.table.chosen
        offset = self.context * (sample if chosen is None else int(chosen[sample]))
        for file in self.files[:-1]:
            if offset < file.stat().st_size:
                return file, _line_at(file, offset)
            offset -= file.stat().st_size
        return self.files[-1], _line_at(self.files[-1], offset)


def _line_at(file: Path, offset: int) -> int:
    return file.read_bytes().count(b"\n", 0, offset) + 1
