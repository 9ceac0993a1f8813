"""Running the service until it is asked to end."""

from __future__ import annotations

import signal
import socket
import sys
from typing import TYPE_CHECKING, Any

from neuroscript.contracts.errors import said
from neuroscript.extras import needs
from neuroscript.serving.app import WHAT, make_app
from neuroscript.serving.errors import NotListening, ServingError
from neuroscript.serving.limits import Limits

if TYPE_CHECKING:
    from neuroscript.training import Runner

LOOPBACK = ("127.0.0.1", "localhost", "::1")
GRACE = 10
"""Seconds that requests have to end once the service is asked to."""


def serve(runner: Runner, host: str, port: int, limits: Limits) -> None:
    """Answers requests until SIGTERM or SIGINT, then ends those that have begun.

    Raises ServingError if it cannot listen there.
    """
    uvicorn: Any = needs("uvicorn", extra="serve", what=WHAT)
    app = make_app(runner, limits)
    listening = _listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    _tell(f"  {'serving':<10} http://{shown}:{listening.getsockname()[1]}   Ctrl-C ends it")
    if host not in LOOPBACK:
        _tell(f"  {'note':<10} {host} is open to other machines: whoever reaches it may ask")
    config = uvicorn.Config(
        app, log_level="warning", timeout_graceful_shutdown=GRACE, server_header=False
    )
    # When its work is done, uvicorn raises the signal again that ended it.
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        signal.signal(signal.SIGTERM, before)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        place = said("serve", f"--host {host} --port {port}")
        raise ServingError([NotListening(place, host, port, reason.lower())]) from None


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201
