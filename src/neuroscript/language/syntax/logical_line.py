"""A logical line: what the grammar sees as one, wherever its physical lines end."""

from __future__ import annotations

from dataclasses import dataclass

INDENT, DEDENT = "\x0e", "\x0f"
"""What stands for them in the text that the grammar reads."""


@dataclass(frozen=True, slots=True)
class LogicalLine:
    level: int
    """How many blocks it stands in; 0 at column 0."""

    text: str
    """From its first to its last token; comments and inner newlines are blanks."""

    start: int
    """Offset of its first token in the source."""

    bad: bool = False
    """Whether an error in it has been reported, so that it is not parsed."""

    astray: bool = False
    """Whether it is deeper than it can be: what it goes on from is anyone's guess."""

    @property
    def end(self) -> int:
        return self.start + len(self.text)
