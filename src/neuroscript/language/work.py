"""A bound on the work that one program may cause, so that every program gets an answer.

Work is counted, not timed: the same program is refused on every machine or on none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

MAX_CHARACTERS = 1_000_000
"""Of one file: 25,000 lines or more."""

LEAST = 300_000
"""Units that any program may use: about half a second."""

PER_CHARACTER = 6
"""Further units for each character of its text; programs that people write need half of it."""


class TooMuchWork(Exception):
    """A program has used up what it may use."""


class Allowance:
    """The units that are left to a program."""

    def __init__(self, units: int) -> None:
        self.left = units


_current: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


@contextmanager
def bounded() -> Iterator[None]:
    """What is done inside may use `LEAST` units, and what `allow` adds."""
    token = _current.set(Allowance(LEAST))
    try:
        yield
    finally:
        _current.reset(token)


def allow(characters: int) -> None:
    """Add what a text of this length needs."""
    allowance = _current.get()
    if allowance is not None:
        allowance.left += PER_CHARACTER * characters


def spend(units: int) -> None:
    """Use some of it. Raises TooMuchWork if nothing is left."""
    allowance = _current.get()
    if allowance is not None:
        allowance.left -= units
        if allowance.left < 0:
            raise TooMuchWork
