"""How much a service takes on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may be, and how requests that come together are answered together."""

    max_body: int = 16 * 2**20
    """Bytes of a request."""

    max_rows: int = 1024
    """Rows of a request."""

    max_batch: int = 64
    """Rows that are answered at once."""

    max_waiting: int = 4096
    """Rows that wait for their answer; further ones are sent away until there is room."""

    wait: float = 0.002
    """Seconds that rows wait for others to be answered with."""
