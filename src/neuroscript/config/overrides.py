"""`training.lr=1e-2` on the command line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from neuroscript.config.errors import BadOverride
from neuroscript.config.named.components import KINDS
from neuroscript.config.yaml12 import Document, Place, read_yaml
from neuroscript.diagnostics import Sink, Source, Span


def apply_overrides(document: Document, overrides: Iterable[str], sink: Sink) -> None:
    """Puts each value at its key in the document's data, and its place among the places."""
    for text in overrides:
        key, equals, _ = text.partition("=")
        source = Source("<command line>", text)
        parts = tuple(key.strip().split("."))
        span = Span(source, 0, max(1, len(key)))
        if not equals or not all(parts):
            advice = "write `section.key=value`, such as `training.lr=0.01`"
            sink.add(BadOverride(span, f"`{text}` is no override", advice))
            continue
        read = read_yaml(source, sink, start=len(key) + 1)
        section = _section(document, parts[:-1], span, sink)
        if section is None:
            continue
        section[parts[-1]] = read.data
        for path in [p for p in document.places if p[: len(parts)] == parts]:
            del document.places[path]
        for path, place in read.places.items():
            document.places[(*parts, *path)] = place if path else Place(span, place.value)
        document.places.setdefault(parts, Place(span, Span(source, 0, len(text))))


def _section(
    document: Document, parts: tuple[str, ...], span: Span, sink: Sink
) -> dict[str, Any] | None:
    """The mapping that the key goes into, made where there is none."""
    section: dict[str, Any] = document.data
    for depth, part in enumerate(parts, start=1):
        if section.get(part) is None:
            section[part] = {}
            document.places.setdefault(parts[:depth], Place(span, span))
        elif isinstance(section[part], str) and ".".join(parts[:depth]) in KINDS:
            section[part] = {"name": section[part]}
        inner = section[part]
        if not isinstance(inner, dict):
            name = ".".join(parts[:depth])
            sink.add(BadOverride(span, f"`{name}` is `{inner}`, which has no keys"))
            return None
        section = inner
    return section
