"""YAML with the scalars of YAML 1.2 and the place of every key and value.

PyYAML follows YAML 1.1, in which `1e-3` is text, `no` is false and `12:30` is 750, and it
keeps the last of two equal keys. Here only its parser is used; values are made from its nodes.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from neuroscript.config.errors import DuplicateKey, NotYaml
from neuroscript.diagnostics import Sink, Source, Span

Path = tuple[str | int, ...]
"""Keys and list positions from the root: `("training", "lr")`."""

SCALARS = (
    ("null", re.compile(r"(?:~|null|Null|NULL|)$"), "~nN\0"),
    ("bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)$"), "tTfF"),
    (
        "int",
        re.compile(r"(?:[-+]?[0-9]{1,400}|0o[0-7]{1,400}|0x[0-9a-fA-F]{1,400})$"),
        "-+0123456789",
    ),
    (
        "float",
        re.compile(
            r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
            r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
        ),
        "-+.0123456789",
    ),
)
"""The core schema of YAML 1.2: name, pattern, and the characters that it may start with.

A number of more than 400 digits counts as a float, which Python reads whatever its length.
"""

MAX_NODES = 100_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands; `key` is None for list items and for the root."""

    key: Span | None
    value: Span


@dataclass(frozen=True)
class Document:
    """A YAML text as plain data, with a place for each path in it."""

    source: Source
    data: Any
    places: dict[Path, Place] = field(default_factory=dict)


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


for _name, _pattern, _first in SCALARS:
    for _character in _first.replace("\0", ""):
        _Loader.yaml_implicit_resolvers.setdefault(_character, []).append(
            (f"tag:yaml.org,2002:{_name}", _pattern)
        )
_Loader.yaml_implicit_resolvers[""] = [("tag:yaml.org,2002:null", SCALARS[0][1])]


def read_yaml(source: Source, sink: Sink, start: int = 0) -> Document:
    """The document of a text; what is wrong with it goes to `sink`, and its data is then None.

    `start` is the number of characters to leave out at the beginning.

    >>> read_yaml(Source("c.yml", "lr: 1e-3\\nname: no\\nat: 12:30"), Sink()).data
    {'lr': 0.001, 'name': 'no', 'at': '12:30'}
    """
    try:
        node = yaml.compose(" " * start + source.text[start:], Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        sink.add(_syntax_error(source, error))
    except yaml.reader.ReaderError as error:
        start = int(error.position)
        sink.add(NotYaml(Span(source, start, start + 1), f"{error.reason}"))
    except RecursionError:
        sink.add(NotYaml(Span(source, 0, 1), "it is nested too deeply"))
    else:
        reader = _Reader(source, sink)
        return Document(source, reader.value(node, ()) if node else None, reader.places)
    return Document(source, None)


def _syntax_error(source: Source, error: yaml.MarkedYAMLError) -> NotYaml:
    mark = error.problem_mark or error.context_mark
    start = min(mark.index if mark else 0, len(source.text.rstrip()))
    reason = " ".join(filter(None, (error.context, error.problem)))
    opened = None
    if error.context_mark and "flow" in (error.context or ""):
        opened = Span(source, error.context_mark.index, error.context_mark.index + 1)
    reason = reason.replace("'<stream end>'", "the end")
    return NotYaml(Span(source, start, start + 1), reason, opened)


def read_scalar(text: str) -> Any:
    """What a plain scalar of YAML means.

    >>> [read_scalar(t) for t in ("1e-3", "0x10", "yes", "true", "~", "07")]
    [0.001, 16, 'yes', True, None, 7]
    """
    name = next((name for name, pattern, _ in SCALARS if pattern.match(text)), "str")
    return _convert(name, text)


def _convert(name: str, text: str) -> Any:
    match name:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return int(text, 8 if text.startswith("0o") else 16 if text.startswith("0x") else 10)
        case "float":
            if text.lower().endswith((".inf", ".nan")):
                return math.nan if text.lower().endswith("nan") else float(text.replace(".", ""))
            return float(text)
        case _:
            return text


class _Reader:
    """Turns nodes into data, noting places."""

    def __init__(self, source: Source, sink: Sink) -> None:
        self.source = source
        self.sink = sink
        self.places: dict[Path, Place] = {}
        self.seen = 0
        self.open: set[int] = set()

    def value(self, node: yaml.Node, path: Path, key: Span | None = None) -> Any:
        span = self.span(node)
        self.places[path] = Place(key, span)
        self.seen += 1
        if id(node) in self.open or self.seen > MAX_NODES:
            reason = (
                "an alias stands inside what it repeats" if id(node) in self.open else "too long"
            )
            self.sink.add(NotYaml(span, reason))
            return None
        self.open.add(id(node))
        try:
            return self.content(node, path, span)
        finally:
            self.open.discard(id(node))

    def content(self, node: yaml.Node, path: Path, span: Span) -> Any:
        prefix, _, name = node.tag.rpartition(":")
        if prefix != "tag:yaml.org,2002":
            self.sink.add(NotYaml(span, f"the tag `{node.tag}` has no meaning here"))
            return None
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
        pattern = next((p for n, p, _ in SCALARS if n == name), None)
        if name != "str" and (pattern is None or not pattern.match(node.value)):
            self.sink.add(NotYaml(span, f"`{node.value}` is no {name}"))
            return None
        return _convert(name, node.value)

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            span = self.span(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self.sink.add(NotYaml(span, "a key is a single word here"))
                continue
            key: str = key_node.value
            if key in result:
                first = self.places[(*path, key)].key
                self.sink.add(DuplicateKey(span, ".".join(map(str, (*path, key))), first or span))
                continue
            result[key] = self.value(value_node, (*path, key), span)
        return result

    def span(self, node: yaml.Node) -> Span:
        """The characters of a node, without the space that the parser counts to blocks."""
        start, end = node.start_mark.index, node.end_mark.index
        text = self.source.text[start:end]
        return Span(self.source, start, start + max(1, len(text.rstrip())))
