"""What a count depends on and nothing tells."""

from __future__ import annotations


class Depends(Exception):
    """A count is not known; `what` says what it depends on, for `depends on ..`."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what
