"""What can be told to a user about what they wrote: data, not text on a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, NamedTuple

from neuroscript.diagnostics.source import Span


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Fix(NamedTuple):
    """An edit that is right for certain: the text of a place becomes another."""

    span: Span
    text: str


class Label(NamedTuple):
    """A short text on a place that explains the message from there."""

    span: Span
    text: str


@dataclass(frozen=True)
class Diagnostic:
    """One mistake or warning, with the place it is about.

    Each kind is a subclass next to the phase that finds it. It declares a `code`, the fields
    it needs, and from them `message`, and if they help, `label`, `labels` and `help`:

    >>> from dataclasses import dataclass
    >>> from neuroscript.diagnostics import Source, render
    >>> @dataclass(frozen=True)
    ... class UnknownColour(Diagnostic):
    ...     code = "NX101"
    ...     name: str
    ...     @property
    ...     def message(self):
    ...         return f"unknown colour `{self.name}`"
    >>> source = Source("paint.txt", "wall: grene")
    >>> print(render([UnknownColour(source.at(1, 7, 5), "grene")]))
    error[NX101]: unknown colour `grene`
     --> paint.txt:1:7
      |
    1 | wall: grene
      |       ^^^^^
    """

    code: ClassVar[str]
    severity: ClassVar[Severity] = Severity.ERROR

    span: Span

    @property
    def message(self) -> str:
        """What is wrong, in one sentence without a full stop."""
        raise NotImplementedError

    @property
    def label(self) -> str:
        """What to say at the carets; empty where the message says it all."""
        return ""

    @property
    def labels(self) -> Sequence[Label]:
        """Other places that explain this one."""
        return ()

    @property
    def help(self) -> str | None:
        """What to try."""
        return None

    @property
    def fix(self) -> Fix | None:
        """The edit that mends it, where only one can be meant."""
        return None

    @property
    def file(self) -> str:
        return self.span.source.name

    @property
    def line(self) -> int:
        return self.span.line

    @property
    def column(self) -> int:
        return self.span.column

    def __str__(self) -> str:
        return (
            f"{self.file}:{self.line}:{self.column}: {self.severity}[{self.code}]: {self.message}"
        )


class Sink:
    """Collects the diagnostics of one run, without repeating one.

    >>> sink = Sink()
    >>> sink.has_errors
    False
    """

    most = 1000
    """Diagnostics that are kept; nobody reads on after so many."""

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], Diagnostic] = {}
        self.error_count = 0
        """How often an error was told, also one that is known already."""

    def add(self, diagnostic: Diagnostic) -> None:
        error = diagnostic.severity is Severity.ERROR
        dropped = len(self._found) >= self.most and (self.has_errors or not error)
        self.error_count += error
        if dropped:
            return
        span = diagnostic.span
        key = (diagnostic.code, id(span.source), span.start, span.end, diagnostic.message)
        self._found.setdefault(key, diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        for diagnostic in diagnostics:
            self.add(diagnostic)

    def discard(self, unwanted: Callable[[Diagnostic], bool]) -> None:
        """Take back what turned out not to be worth saying."""
        self._found = {key: d for key, d in self._found.items() if not unwanted(d)}
        if not self.errors:
            self.error_count = 0

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.sorted())

    def sorted(self) -> list[Diagnostic]:
        """By file in order of appearance, then by place."""
        files: dict[int, int] = {}
        for diagnostic in self._found.values():
            files.setdefault(id(diagnostic.span.source), len(files))
        return sorted(
            self._found.values(),
            key=lambda d: (files[id(d.span.source)], d.span.start, d.span.end, d.code),
        )

    @property
    def full(self) -> bool:
        """Whether errors are dropped: there is no point in looking for more."""
        return self.has_errors and len(self._found) >= self.most

    @property
    def has_errors(self) -> bool:
        return self.error_count > 0

    @property
    def errors(self) -> list[Diagnostic]:
        return [d for d in self.sorted() if d.severity is Severity.ERROR]
