"""Which neuron a name means in a file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from neuroscript.diagnostics import InternalError, Sink, Source, nearest, render
from neuroscript.language.names.definition import Definition
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.parse import parse


class Scope:
    """The neurons of one file, and behind them the standard library."""

    def __init__(self, library: Library | None) -> None:
        self.library = library
        self.own: dict[str, Definition] = {}

    def define(self, neurons: Iterable[ast.Neuron], library: bool = False) -> None:
        for neuron in neurons:
            self.own.setdefault(neuron.name.text, Definition(neuron, self, library))

    def find(self, name: str) -> Definition | None:
        if name in self.own:
            return self.own[name]
        return self.library.find(name) if self.library else None

    def names(self) -> list[str]:
        return [*self.own, *(self.library.names() if self.library else ())]

    def near(self, name: str) -> tuple[str, ...]:
        return tuple(nearest(name, self.names()))


@dataclass(frozen=True, slots=True)
class _Place:
    source: Source
    start: int
    end: int


class Library(Scope):
    """The standard library: found by scanning its files, parsed neuron by neuron when asked for."""

    def __init__(self) -> None:
        super().__init__(None)
        self._places: dict[str, _Place] = {}
        for entry in sorted(files("neuroscript.stdlib").iterdir(), key=lambda item: item.name):
            if entry.name.endswith(".ns"):
                source = Source(f"stdlib/{entry.name}", entry.read_text("utf-8"))
                self._places.update(_scan(source))

    def find(self, name: str) -> Definition | None:
        if name not in self.own and name in self._places:
            place, sink = self._places[name], Sink()
            self.define(parse(place.source, sink, place.start, place.end).neurons, library=True)
            if sink.has_errors:
                raise InternalError(render(sink))
        return self.own.get(name)

    def names(self) -> list[str]:
        return list(self._places)


def _scan(source: Source) -> dict[str, _Place]:
    """Where each neuron of a file stands, with the documentation before it."""
    found = list(re.finditer(r"(?:^///[^\n]*\n)*^neuron +(\w+)", source.text, re.MULTILINE))
    ends = [match.start() for match in found[1:]] + [len(source.text)]
    return {
        match[1]: _Place(source, match.start(), end) for match, end in zip(found, ends, strict=True)
    }


@cache
def standard_library() -> Library:
    """The one library of this process."""
    return Library()
