"""Diagnostics as SARIF 2.1.0, for services that show them in code reviews.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from neuroscript.diagnostics.diagnostic import Diagnostic, Fix
from neuroscript.diagnostics.source import Source, Span

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def as_sarif(
    diagnostics: Iterable[Diagnostic],
    titles: Mapping[str, str] | None = None,
    version: str | None = None,
) -> dict[str, Any]:
    """One run with a result for each diagnostic, JSON-ready.

    `titles` says in a few words what a code is about, where that is known; `version` is that of
    the tool. Help is part of a result's message, other labels are related locations.
    """
    found = list(diagnostics)
    codes = sorted({diagnostic.code for diagnostic in found})
    driver: dict[str, Any] = {"name": "neuroscript"}
    if version is not None:
        driver["version"] = version
    driver["rules"] = [_rule(code, (titles or {}).get(code)) for code in codes]
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, codes.index(diagnostic.code)) for diagnostic in found],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, title: str | None) -> dict[str, Any]:
    return {"id": code} | ({"shortDescription": {"text": title}} if title else {})


def _result(diagnostic: Diagnostic, rule: int) -> dict[str, Any]:
    text = diagnostic.message
    if diagnostic.help:
        text += f"\nhelp: {diagnostic.help}"
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": str(diagnostic.severity),
        "message": {"text": text},
        "locations": [_location(diagnostic.span, diagnostic.label)],
    }
    if diagnostic.labels:
        result["relatedLocations"] = [
            {"id": number, **_location(label.span, label.text)}
            for number, label in enumerate(diagnostic.labels, start=1)
        ]
    if diagnostic.fix is not None:
        result["fixes"] = [_fix(diagnostic.fix, diagnostic.help or diagnostic.message)]
    return result


def _fix(fix: Fix, text: str) -> dict[str, Any]:
    change = {"deletedRegion": _region(fix.span), "insertedContent": {"text": fix.text}}
    artifact = {"artifactLocation": {"uri": _uri(fix.span.source)}, "replacements": [change]}
    return {"description": {"text": text}, "artifactChanges": [artifact]}


def _location(span: Span, text: str) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": _uri(span.source)}, "region": _region(span)}
    return {"physicalLocation": place} | ({"message": {"text": text}} if text else {})


def _region(span: Span) -> dict[str, int]:
    end_line, end_column = span.source.position(span.end)
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": end_line,
        "endColumn": end_column,
    }


def _uri(source: Source) -> str:
    """Where a source is: relative as the user gave it, else from the root of the file system."""
    path = source.path or Path(source.name)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
