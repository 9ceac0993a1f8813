"""Limits that an annotation sets: `Annotated[float, Ge(0), Lt(1)]`, or pydantic's `Field(ge=0)`."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import dataclass
from typing import Any, get_args

LIMITS: dict[str, tuple[Callable[[Any, Any], bool], str]] = {
    "gt": (operator.gt, "is greater than {}"),
    "ge": (operator.ge, "is at least {}"),
    "lt": (operator.lt, "is less than {}"),
    "le": (operator.le, "is at most {}"),
    "multiple_of": (lambda value, unit: value % unit == 0, "is a multiple of {}"),
    "min_length": (lambda value, least: len(value) >= least, "has at least {} values"),
    "max_length": (lambda value, most: len(value) <= most, "has at most {} values"),
}
"""By the names that annotated_types gives them: what holds, and how it is said."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of an annotation."""

    name: str
    bound: Any

    def holds(self, value: Any) -> bool:
        """Whether a value, or all that is in a list of numbers, keeps to it."""
        test, _ = LIMITS[self.name]
        if isinstance(value, Sized) != self.name.endswith("_length"):
            return True
        return test(value, self.bound)

    @property
    def words(self) -> str:
        """`is at least 0`."""
        return LIMITS[self.name][1].format(self.bound)


def limits_of(annotation: Any) -> list[Limit]:
    """The limits of an `Annotated` type; what else it is annotated with is not ours.

    >>> from typing import Annotated
    >>> from annotated_types import Interval
    >>> [limit.words for limit in limits_of(Annotated[float, Interval(ge=0, lt=1)])]
    ['is at least 0', 'is less than 1']
    """
    return [limit for noted in get_args(annotation)[1:] for limit in _limits_in(noted)]


def _limits_in(noted: Any) -> Iterator[Limit]:
    inner = getattr(noted, "metadata", None)  # what pydantic's Field holds
    if isinstance(inner, Iterable):
        for one in inner:
            yield from _limits_in(one)
        return
    for name in LIMITS:
        bound = getattr(noted, name, None)
        if bound is not None:
            yield Limit(name, bound)
