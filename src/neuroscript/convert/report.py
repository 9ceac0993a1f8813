"""What became of each weight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from neuroscript.convert.errors import (
    AT_ONCE,
    HeadDiffers,
    HeadLeft,
    NothingTaken,
    WeightsExtra,
    WeightsLeftMisshaped,
    WeightsLeftMissing,
    WeightsLeftOut,
    WeightsMisshaped,
    WeightsMissing,
    nowhere,
)
from neuroscript.diagnostics import Diagnostic, Span, nearest


@dataclass(frozen=True, slots=True)
class Taken:
    """A weight that was taken: its names, and its shape where it came from."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """A weight that the target has and the source lacks."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    shape: str


@dataclass(frozen=True, slots=True)
class Extra:
    """A weight that the target has no place for."""

    source: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Misshaped:
    """A weight of another shape, or no floating-point numbers."""

    source: str
    targets: tuple[str, ...]
    found: str
    expected: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What need not be taken, and why."""

    source: str
    why: str


@dataclass
class Report:
    """What became of each weight, in the order of the model."""

    model: str
    taken: list[Taken] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    extra: list[Extra] = field(default_factory=list)
    misshaped: list[Misshaped] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    """Counts of training steps that were missing, and are now 0."""

    torn: list[tuple[str, str]] = field(default_factory=list)
    """Heads that are not the embedding that they should be."""

    advice: str | None = None
    """What the names look like, where they are of something else."""

    @property
    def ok(self) -> bool:
        """Whether every weight has found its place."""
        return not (self.missing or self.extra or self.misshaped or self.torn)

    def diagnostics(self, span: Span | None = None, tolerated: bool = False) -> list[Diagnostic]:
        """What is wrong, at the file it came from; as warnings, where that is tolerated."""
        span = span or nowhere()
        if not self.taken:
            nothing = NothingTaken(span, self.model, self.advice)
            extra = WeightsExtra(span, len(self.extra), self._extra_lines([]))
            return [nothing, extra] if self.extra else [nothing]
        torn = HeadLeft if tolerated else HeadDiffers
        told: list[Diagnostic] = [torn(span, *pair) for pair in self.torn]
        lacking = [name for missing in self.missing for name in missing.sources]
        if self.missing:
            kind = WeightsLeftMissing if tolerated else WeightsMissing
            told.append(kind(span, len(self.missing), self._missing_lines()))
        if self.extra:
            kind_of_extra = WeightsLeftOut if tolerated else WeightsExtra
            lines = self._extra_lines(lacking)
            told.append(kind_of_extra(span, len(self.extra), lines, self.advice))
        if self.misshaped:
            kind_of_shape = WeightsLeftMisshaped if tolerated else WeightsMisshaped
            lines = [
                f"{m.source}{_as(m.targets, (m.source,))} is {m.found}, not {m.expected}"
                for m in self.misshaped[:AT_ONCE]
            ]
            told.append(kind_of_shape(span, len(self.misshaped), lines))
        return told

    def lines(self) -> list[str]:
        """What was taken and left out, for people."""
        lines = [f"{_weights(len(self.taken))} taken"]
        if self.made:
            lines.append(f"{_weights(len(self.made))} that count batches begin at 0")
        reasons: dict[str, list[str]] = {}
        for left in self.left_out:
            reasons.setdefault(left.why, []).append(left.source)
        lines += [f"{_some(names)} left out: {why}" for why, names in reasons.items()]
        return lines

    def _missing_lines(self) -> list[str]:
        return [
            f"{_some(m.sources)}{_as(m.targets, m.sources)} {m.shape}"
            for m in self.missing[:AT_ONCE]
        ]

    def _extra_lines(self, lacking: Sequence[str]) -> list[str]:
        lines = []
        for extra in self.extra[:AT_ONCE]:
            near = nearest(extra.source, lacking, 1)
            hint = f": perhaps {near[0]}, which is missing" if near else ""
            lines.append(f"{extra.source} {list(extra.shape)}{hint}")
        return lines


def _weights(count: int) -> str:
    return f"{count} weight" + ("" if count == 1 else "s")


def _as(targets: tuple[str, ...], sources: tuple[str, ...]) -> str:
    return "" if targets == sources else f" → {', '.join(targets)}"


def _some(names: Iterable[str], most: int = 4) -> str:
    names = list(names)
    more = f" … ({len(names) - most} more)" if len(names) > most else ""
    return ", ".join(names[:most]) + more
