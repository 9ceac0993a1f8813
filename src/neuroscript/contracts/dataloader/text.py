"""Running text for language models, cut into windows of tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from neuroscript.contracts.dataloader.columns import ColumnLoader, Table
from neuroscript.contracts.dataloader.columns.errors import (
    DataError,
    Unreadable,
    on_line,
    text_of_line,
    whole_file,
)
from neuroscript.contracts.dataloader.tokenizers import tokenizer_for
from neuroscript.contracts.registry import register_dataloader
from neuroscript.diagnostics import Diagnostic, Span


@dataclass(frozen=True)
class TooShort(Diagnostic):
    code = "ND130"
    length: int
    unit: str
    context: int

    @property
    def message(self) -> str:
        return f"the text has {self.length} {self.unit}, fewer than one window of {self.context}"

    @property
    def help(self) -> str:
        return "give more text, or a smaller `data.context`"


@register_dataloader("text", replace=False)
class TextLoader(ColumnLoader):
    """Text cut into windows of `context` tokens, one after the other.

    A sample is one window, and has no target: the next token is the target of each. What is left
    at the end of the text is not used. `tokenizer` is `bytes` (ids 0 … 255), `characters` (an
    alphabet that is learnt on the training data; 0 is any other character), or the path of a
    tokenizer.json.
    """

    format: ClassVar[str] = "text"
    suffixes: ClassVar[tuple[str, ...]] = (".txt", ".text")

    def __init__(
        self,
        path: str | Path | Sequence[str | Path],
        *,
        context: int = 64,
        tokenizer: str | None = None,
        **batching: Any,
    ) -> None:
        if context < 2:
            raise ValueError(f"`context` is at least 2, not {context}")
        self.context = context
        self.tokenizer = tokenizer_for(tokenizer)
        self.ends: list[int] = []
        super().__init__(path, **batching)

    def read(self, files: Sequence[Path]) -> Table:
        """The windows of the files, which are read as one text."""
        of_files = [self._ids(file) for file in files]
        self.ends = np.cumsum([len(ids) for ids in of_files]).tolist()
        tokenizer, of_files = self.tokenizer.learnt(of_files)
        ids = np.concatenate(of_files)
        windows = len(ids) // self.context
        if not windows:
            unit = "tokens" if tokenizer.name not in ("bytes", "characters") else tokenizer.name
            raise DataError([TooShort(whole_file(files[0]), len(ids), unit, self.context)])
        used = ids[: windows * self.context].reshape(windows, self.context)
        column = torch.from_numpy(used.astype(tokenizer.dtype))
        return Table(inputs={"input": column}, tokenizers={"input": tokenizer})

    def _ids(self, file: Path) -> NDArray[Any]:
        """The tokens of one file; its bytes, whatever they are, if bytes are the tokens."""
        try:
            raw = file.read_bytes()
        except OSError as error:
            raise DataError([Unreadable(whole_file(file), error.strerror or str(error))]) from None
        if self.tokenizer.name == "bytes":
            return np.frombuffer(raw, dtype=np.uint8)
        try:
            return self.tokenizer.stream(raw.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            if self.on_error == "skip":
                return self.tokenizer.stream(raw.decode("utf-8-sig", errors="replace"))
            number = raw.count(b"\n", 0, error.start) + 1
            text = text_of_line(file, number)
            place = on_line(file, number, text, max(text.find("\ufffd"), 0))
            raise DataError([Unreadable(place, f"line {number} is not UTF-8 text")]) from None

    def sample_line(self, sample: int) -> tuple[Path, int]:
        """The file and line in which a window begins; the file is read again for it."""
        chosen = self.table.chosen
        offset = self.context * (sample if chosen is None else int(chosen[sample]))
        file = next(i for i, end in enumerate(self.ends) if offset < end)
        offset -= self.ends[file - 1] if file else 0
        path = self.files[file]
        if self.tokenizer.name == "bytes":
            return path, path.read_bytes().count(b"\n", 0, offset) + 1
        if self.tokenizer.name == "characters":
            before = path.read_text(encoding="utf-8-sig", errors="replace")[:offset]
        else:
            before = self.tokenizer.decode(self._ids(path)[:offset].tolist())
        return path, before.count("\n") + 1

    def place(self, sample: int) -> Span:
        """Where a window begins, to point at."""
        file, line = self.sample_line(sample)
        return on_line(file, line, text_of_line(file, line))
