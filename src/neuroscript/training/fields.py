"""The part of a sample's line that one field takes up."""

from __future__ import annotations

import json
import re

from neuroscript.diagnostics import Span


def field_of(span: Span, *path: str) -> Span:
    """The value at a path of keys, of a sample that is an object of JSON; else the span itself.

    >>> from neuroscript.diagnostics import Source
    >>> source = Source("rows.jsonl", '{"input": [1, 2], "target": {"size": 3}}')
    >>> field_of(source.line_span(1), "target", "size").text
    '3'
    """
    text = span.source.text
    if not text.startswith("{"):
        return span
    start, end = 0, len(text)
    for key in path:
        found = re.compile(rf"{re.escape(json.dumps(key))}\s*:\s*").search(text, start, end)
        if found is None:
            return span
        start = found.end()
        try:
            _, end = json.JSONDecoder().raw_decode(text, start)
        except ValueError:
            return span
    # Of a long line no more is shown than the loader shows.
    return Span(span.source, start, min(end, span.end)) if start < span.end else span
