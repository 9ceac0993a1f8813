"""How much of the data was damaged and left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OnError = Literal["fail", "skip"]
"""What is done about a damaged sample: tell it, or count it and leave it out."""

SHOWN = 3
"""How many places are told."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Damaged samples that were left out, and the places of the first ones.

    >>> str(Skipped(5, "line", ("a.jsonl:3", "a.jsonl:7", "a.jsonl:8")))
    'skipped 5 damaged lines: a.jsonl:3, a.jsonl:7, a.jsonl:8, …'
    """

    count: int
    unit: str
    """What a sample is in the file: a line, a row, an image."""

    first: tuple[str, ...]

    def __str__(self) -> str:
        many = "" if self.count == 1 else "s"
        places = ", ".join(self.first) + (", …" if self.count > len(self.first) else "")
        return f"skipped {self.count} damaged {self.unit}{many}: {places}"
