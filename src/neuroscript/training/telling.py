"""What a run says while it lasts, on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from neuroscript.diagnostics import Diagnostic, render


def tell(lines: Sequence[str], quiet: bool = False) -> None:
    """Shows lines, unless `quiet`."""
    if not quiet:
        print("\n".join(lines), file=sys.stderr, flush=True)  # noqa: T201


def warner(speaks: bool = True) -> Callable[[Diagnostic], None]:
    """Shows diagnostics, each message once in a row: what goes wrong is told even when quiet.

    Of several processes only one `speaks`.
    """
    told: list[str] = []

    def warn(diagnostic: Diagnostic) -> None:
        if speaks and told[-1:] != [diagnostic.message]:
            told.append(diagnostic.message)
            tell([render([diagnostic])])

    return warn
