"""Reading a request without taking in more than is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request


class BodyTooLarge(Exception):
    """A request of more bytes than `limit`."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(limit)


async def read_body(request: Request, limit: int) -> bytes:
    """The bytes of a request; raises BodyTooLarge as soon as there are too many."""
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > limit:
        raise BodyTooLarge(limit)
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > limit:
            raise BodyTooLarge(limit)
    return bytes(found)
