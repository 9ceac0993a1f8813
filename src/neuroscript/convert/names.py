"""Names of weights with counted parts: `h.{i}.ln_1.weight`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

_PLACE = re.compile(r"\{(?P<index>\w+)(?:\+(?P<offset>\d+))?\}")


class Pattern:
    """A name in which `{i}` stands for a number, and `{i+1}` for the one after it.

    >>> blocks = Pattern("h.{i}.ln_1.weight")
    >>> blocks.match("h.3.ln_1.weight")
    {'i': 3}
    >>> Pattern("stage{s+1}.{j}.conv1").fill({"s": 0, "j": 2})
    'stage1.2.conv1'
    >>> Pattern("layers.{j+1}.").match("layers.0.") is None
    True
    """

    def __init__(self, text: str) -> None:
        self.text = text

    @property
    def indices(self) -> tuple[str, ...]:
        """What is counted, in the order of the name."""
        return tuple(place["index"] for place in _PLACE.finditer(self.text))

    def match(self, name: str) -> dict[str, int] | None:
        """The numbers in a name of this form; None for any other name."""
        found = self._expression.fullmatch(name)
        if found is None:
            return None
        numbers = {
            place["index"]: int(text) - int(place["offset"] or 0)
            for place, text in zip(_PLACE.finditer(self.text), found.groups(), strict=True)
        }
        return numbers if all(number >= 0 for number in numbers.values()) else None

    def fill(self, numbers: Mapping[str, int]) -> str:
        """The name with these numbers."""
        return _PLACE.sub(
            lambda place: str(numbers[place["index"]] + int(place["offset"] or 0)), self.text
        )

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        parts, end = [], 0
        for place in _PLACE.finditer(self.text):
            parts += [re.escape(self.text[end : place.start()]), r"(0|[1-9][0-9]{0,3})"]
            end = place.end()
        return re.compile("".join(parts) + re.escape(self.text[end:]))

    def __repr__(self) -> str:
        return f"Pattern({self.text!r})"
