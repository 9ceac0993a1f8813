"""Plans of `=>` as chains of tensor methods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from neuroscript.codegen.dims import ParamText, Sizes
from neuroscript.codegen.errors import SizeNotRead
from neuroscript.codegen.writer import Chain
from neuroscript.diagnostics import NeuroScriptError, Span
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.rearrange import Plan

_REDUCTIONS = {"min": "amin", "max": "amax"}


def rearranged(plan: Plan, x: str, operation: str, param: ParamText, place: Span) -> Chain:
    """The calls that do a plan to the variable `x`. Raises NeuroScriptError for a size unknown."""
    return Chain(x, tuple(_Writer(plan, x, param, place).calls(operation)))


class _Writer:
    def __init__(self, plan: Plan, x: str, param: ParamText, place: Span) -> None:
        self.plan = plan
        self.place = place
        self.x = x
        count = len(plan.source)
        axes = [
            (dim, f"{x}.shape[{i - count if plan.lead else i}]")
            for i, dim in enumerate(plan.source)
        ]
        self.axis_texts = [text for _, text in axes]
        named = [pair for pair in axes if pair[0].constant is None]
        self.sizes = Sizes(named, param)
        self.lead = f"*{x}.shape[:-{count}]" if count else f"*{x}.shape"

    def calls(self, operation: str) -> Iterator[tuple[str, list[str]]]:
        plan = self.plan
        if plan.split is not None:
            yield "reshape", self.shape(plan.split)
        if plan.reduce is not None:
            yield from self.reduced(operation, plan.reduce)
        if plan.order is not None:
            yield self.moved(plan.order)
        for place in plan.insert:
            axis = place - self.rank_behind(place) if plan.lead else place
            yield "unsqueeze", [str(axis)]
        if plan.expand is not None:
            yield "expand", self.expanded(plan.expand)
        if plan.merged is not None:
            yield self.merged(plan.merged)

    def rank_behind(self, place: int) -> int:
        """The number of axes behind the run once this one and those before it are in."""
        done = sum(1 for other in self.plan.insert if other <= place)
        kept = len(self.plan.source) - len(self.plan.reduce or ())
        return kept + done

    def merged(self, sizes: Sequence[int | Dim | None]) -> tuple[str, list[str]]:
        """One reshape; behind a leading run, axes at the end that become one are flattened."""
        plan = self.plan
        if plan.lead and plan.split is None and plan.reduce is None and not plan.insert:
            count, kept = len(plan.source), len(sizes) - 1
            order = plan.order or tuple(range(count))
            rest = prod((plan.source[i] for i in order[kept:]), start=Dim.const(1))
            if count - kept > 1 and sizes[:-1] == order[:kept] and sizes[-1] == rest:
                return "flatten", [str(kept - count)]
        return "reshape", self.shape(sizes)

    def shape(self, sizes: Sequence[int | Dim | None]) -> list[str]:
        if not self.plan.lead:
            return [self.size(size) for size in sizes]
        count, same = len(self.plan.source), 0
        while same < min(count - 1, len(sizes)) and sizes[same] == same:
            same += 1
        front = f"*{self.x}.shape[:{same - count}]" if same else self.lead
        return [front, *(self.size(size) for size in sizes[same:])]

    def size(self, size: int | Dim | None) -> str:
        if size is None:
            return "-1"
        if isinstance(size, int):
            return self.axis_texts[size]
        text = self.sizes.text(size)
        if text is None:
            raise NeuroScriptError([SizeNotRead(self.place, str(size))])
        return text

    def moved(self, order: Sequence[int]) -> tuple[str, list[str]]:
        """A permutation; behind a leading run, two axes that change places are swapped."""
        if not self.plan.lead:
            return "permute", [str(i) for i in order]
        moved = [i for i, axis in enumerate(order) if i != axis]
        if len(moved) == 2:
            return "transpose", [str(i - len(order)) for i in moved]
        front = f"*range({self.x}.ndim - {len(self.plan.source)})"
        return "permute", [front, *(str(i - len(order)) for i in order)]

    def reduced(self, operation: str, axes: Sequence[int]) -> Iterator[tuple[str, list[str]]]:
        count = len(self.plan.source)
        numbers = [i - count if self.plan.lead else i for i in axes]
        if operation == "prod":
            for axis in sorted(numbers, reverse=not self.plan.lead):
                yield "prod", [str(axis)]
            return
        places = str(numbers[0]) if len(numbers) == 1 else f"({', '.join(map(str, numbers))})"
        yield _REDUCTIONS.get(operation, operation), [places]

    def expanded(self, sizes: Sequence[Dim | None]) -> list[str]:
        texts = ["-1" if size is None else self.size(size) for size in sizes]
        return [self.lead, *texts] if self.plan.lead else texts
