"""`raise ValueError(..)` in generated code, with the line of the source that it is about."""

from __future__ import annotations

from neuroscript.codegen.writer import Writer, string
from neuroscript.diagnostics import Span


def write_test(out: Writer, test: str, message: str, span: Span) -> None:
    """Raise if `test` holds; the message may show expressions in braces."""
    out.line(f"if {test}:")
    with out.indented():
        write_raise(out, message, span)


def write_raise(out: Writer, message: str, span: Span) -> None:
    """Raise; the message may show expressions in braces."""
    where = _where(span).replace("{", "{{").replace("}", "}}")
    out.wrapped("raise ValueError(", [f"f{string(f'{message} ({where})')}"], ")")


def write_plain_raise(out: Writer, message: str, span: Span) -> None:
    """Raise with the very message."""
    out.wrapped("raise ValueError(", [string(f"{message} ({_where(span)})")], ")")


def _where(span: Span) -> str:
    return f"{span.source.name}:{span.line}"
