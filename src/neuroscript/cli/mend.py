"""Edits that diagnostics offer for certain, made in the files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from neuroscript.diagnostics import Diagnostic, Fix, Source


def mend(diagnostics: Sequence[Diagnostic]) -> dict[Path, int]:
    """Make the edits of diagnostics; how many were made in each file.

    Of edits that overlap the first is made. Files are replaced whole, so that none is ever left
    half written.
    """
    by_source: dict[int, tuple[Source, list[Fix]]] = {}
    for diagnostic in diagnostics:
        fix = diagnostic.fix
        if fix is not None and fix.span.source.path is not None:
            by_source.setdefault(id(fix.span.source), (fix.span.source, []))[1].append(fix)
    made: dict[Path, int] = {}
    for source, fixes in by_source.values():
        assert source.path is not None
        text, count = mended(source.text, fixes)
        _replace(source.path, text)
        made[source.path] = count
    return made


def mended(text: str, fixes: Sequence[Fix]) -> tuple[str, int]:
    """A text with edits made from its end on, and how many they were."""
    chosen: list[Fix] = []
    for fix in sorted(fixes, key=lambda fix: (fix.span.start, fix.span.end)):
        if not chosen or fix.span.start >= chosen[-1].span.end:
            chosen.append(fix)
    for fix in reversed(chosen):
        text = text[: fix.span.start] + fix.text + text[fix.span.end :]
    return text, len(chosen)


def _replace(path: Path, text: str) -> None:
    real = path.resolve()
    part = real.with_name(f".{real.name}.part")
    part.write_bytes(text.encode("utf-8"))
    part.chmod(real.stat().st_mode)
    part.replace(real)
