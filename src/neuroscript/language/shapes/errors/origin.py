"""Places that explain a size."""

from __future__ import annotations

from collections.abc import Sequence

from neuroscript.diagnostics import Label, Span

Origin = tuple[Span, str]
"""A place that explains a size, and what it says there."""


def origin_labels(origins: Sequence[Origin | None], primary: Span) -> list[Label]:
    """Labels on the places that are known and not the primary one itself."""
    return [Label(*origin) for origin in origins if origin is not None and origin[0] != primary]
