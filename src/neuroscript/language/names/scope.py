"""Which neuron or global a name means in a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from neuroscript.diagnostics import InternalError, Sink, Source, nearest, render
from neuroscript.language.names.definition import Definition
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.parse import parse

FOLDER = Path(__file__).parents[2] / "stdlib"
"""Where the standard library is."""


@dataclass(frozen=True, eq=False, slots=True)
class GlobalDefinition:
    """`@global name = value` with the scope that its value sees."""

    declaration: ast.Global
    scope: Scope

    @property
    def name(self) -> str:
        return self.declaration.name.text


class Scope:
    """The names of one file: its own, those it imports, and behind them the standard library."""

    def __init__(self, library: Library | None) -> None:
        self.library = library
        self.own: dict[str, Definition] = {}
        self.own_globals: dict[str, GlobalDefinition] = {}
        self.imported: dict[str, Definition] = {}
        self.imported_globals: dict[str, GlobalDefinition] = {}
        self.missing: set[str] = set()
        """What imports that failed would have brought; `*` for anything."""
        self.known: dict[str, Any] = {}
        """What its own globals came to, once that has been worked out."""

    def define(self, program: ast.Program, library: bool = False) -> None:
        for neuron in program.neurons:
            self.own.setdefault(neuron.name.text, Definition(neuron, self, library))
        for value in program.globals:
            self.own_globals.setdefault(value.name.text, GlobalDefinition(value, self))

    def find(self, name: str) -> Definition | None:
        found = self.own.get(name) or self.imported.get(name)
        if found is None and self.library is not None:
            return self.library.find(name)
        return found

    def find_global(self, name: str) -> GlobalDefinition | None:
        return self.own_globals.get(name) or self.imported_globals.get(name)

    def is_missing(self, name: str) -> bool:
        """Whether a name may have been meant by an import that failed."""
        return name in self.missing or "*" in self.missing

    def names(self) -> list[str]:
        return [*self.own, *self.imported, *(self.library.names() if self.library else ())]

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
        for file in _files(FOLDER):
            name = f"stdlib/{file.relative_to(FOLDER).as_posix()}"
            self._places |= _scan(Source(name, file.read_text("utf-8")))

    def find(self, name: str) -> Definition | None:
        if name not in self.own and name in self._places:
            place, sink = self._places[name], Sink()
            self.define(parse(place.source, sink, place.start, place.end), library=True)
            if sink.has_errors:
                raise InternalError(render(sink))
        return self.own.get(name)

    def names(self) -> list[str]:
        return list(self._places)

    def source(self, name: str) -> Source:
        """The file that defines a neuron."""
        return self._places[name].source


def _files(folder: Path) -> Iterator[Path]:
    """The `.ns` files of a folder, those in folders inside it last."""
    yield from sorted(folder.glob("*.ns"))
    for inner in sorted(entry for entry in folder.iterdir() if entry.is_dir()):
        yield from _files(inner)


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
