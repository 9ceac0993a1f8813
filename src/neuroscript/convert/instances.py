"""How often the counted parts of a model are there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from neuroscript.convert.family import Count, Part

Numbers = tuple[int, ...]
"""Of a part, in the order of its indices."""

MOST = 10_000
"""What names can count up to; a config that says more cannot be right."""


def reach(
    seen: Mapping[int, Collection[Numbers]], parts: tuple[Part, ...], known: Mapping[str, Count]
) -> dict[str, Count]:
    """How far each index counts: as is known, else as far as the weights do.

    `seen` has for the place of each part in `parts` the numbers that weights were found with.
    """
    outer: dict[str, int] = {}
    for place, part in enumerate(parts):
        if part.indices:
            most = max((numbers[0] + 1 for numbers in seen[place]), default=0)
            most = max(most, part.present == "always")
            outer[part.indices[0]] = max(outer.get(part.indices[0], 0), most)
    inner: dict[str, list[int]] = {}
    for place, part in enumerate(parts):
        if len(part.indices) == 2:
            least = int(part.present == "always")
            count = outer[part.indices[0]]
            counts = inner.setdefault(part.indices[1], [least] * count)
            for first, second in seen[place]:
                counts[first] = max(counts[first], second + 1)
    return {**outer, **{name: tuple(counts) for name, counts in inner.items()}, **known}


def expected(part: Part, seen: Collection[Numbers], counts: Mapping[str, Count]) -> list[Numbers]:
    """The numbers with which a part has to be there."""
    if part.present == "uniform" and not seen:
        return []
    grid = list(_grid(part, counts))
    return [numbers for numbers in grid if numbers in seen] if part.present == "each" else grid


def _grid(part: Part, counts: Mapping[str, Count]) -> Iterator[Numbers]:
    if not part.indices:
        yield ()
        return
    first = counts[part.indices[0]]
    for i in range(min(first, MOST) if isinstance(first, int) else len(first)):
        if len(part.indices) == 1:
            yield (i,)
            continue
        second = counts[part.indices[1]]
        often = second if isinstance(second, int) else (second[i] if i < len(second) else 0)
        for j in range(min(often, MOST)):
            yield i, j
