"""Diagnostics as plain data for programs."""

from __future__ import annotations

from typing import Any

from neuroscript.diagnostics.diagnostic import Diagnostic, Fix
from neuroscript.diagnostics.source import Span


def as_data(diagnostic: Diagnostic) -> dict[str, Any]:
    """The diagnostic as JSON-ready data; lines and columns count from 1."""
    return {
        "code": diagnostic.code,
        "severity": str(diagnostic.severity),
        "message": diagnostic.message,
        "help": diagnostic.help,
        **_place(diagnostic.span),
        "labels": [{"text": label.text, **_place(label.span)} for label in diagnostic.labels],
        "fix": _fix(diagnostic.fix),
    }


def _fix(fix: Fix | None) -> dict[str, Any] | None:
    return None if fix is None else {"text": fix.text, **_place(fix.span)}


def _place(span: Span) -> dict[str, Any]:
    end_line, end_column = span.source.position(span.end)
    return {
        "file": span.source.name,
        "line": span.line,
        "column": span.column,
        "end_line": end_line,
        "end_column": end_column,
    }
