"""Plans of `=>` as chains of tensor methods."""

from __future__ import annotations

from collections.abc import Sequence

from neuroscript.codegen.dims import ParamText, Sizes
from neuroscript.diagnostics import InternalError
from neuroscript.language.shapes.dims import Dim
from neuroscript.language.shapes.rearrange import Plan

_REDUCTIONS = {"min": "amin", "max": "amax"}


def rearranged(plan: Plan, x: str, operation: str, param: ParamText) -> tuple[str, list[str], str]:
    """The expression that does a plan to the variable `x`, as head, items and tail."""
    text = _Writer(plan, x, param).write(operation)
    head, bracket, rest = text.rpartition("(")
    items = rest.removesuffix(")")
    if not bracket or not items or items.endswith(")"):
        return text, [], ""
    return f"{head}(", items.split(", "), ")"


class _Writer:
    def __init__(self, plan: Plan, x: str, param: ParamText) -> None:
        self.plan = plan
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

    def write(self, operation: str) -> str:
        plan, text = self.plan, self.x
        if plan.split is not None:
            text += f".reshape({self.shape(plan.split)})"
        if plan.reduce is not None:
            text = self.reduced(text, operation, plan.reduce)
        if plan.order is not None:
            text += f".permute({self.order(plan.order)})"
        for place in plan.insert:
            axis = place - self.rank_behind(place) if plan.lead else place
            text += f".unsqueeze({axis})"
        if plan.expand is not None:
            text += f".expand({self.expanded(plan.expand)})"
        if plan.merged is not None:
            text += f".reshape({self.shape(plan.merged)})"
        return text

    def rank_behind(self, place: int) -> int:
        """The number of axes behind the run once this one and those before it are in."""
        done = sum(1 for other in self.plan.insert if other <= place)
        kept = len(self.plan.source) - len(self.plan.reduce or ())
        return kept + done

    def shape(self, sizes: Sequence[int | Dim | None]) -> str:
        texts = [self.size(size) for size in sizes]
        if self.plan.lead:
            texts.insert(0, self.lead)
        return ", ".join(texts)

    def size(self, size: int | Dim | None) -> str:
        if size is None:
            return "-1"
        if isinstance(size, int):
            return self.axis_texts[size]
        text = self.sizes.text(size)
        if text is None:
            raise InternalError(f"the size {size} cannot be written")
        return text

    def order(self, order: Sequence[int]) -> str:
        if not self.plan.lead:
            return ", ".join(str(i) for i in order)
        count = len(order)
        behind = ", ".join(str(i - count) for i in order)
        return f"*range({self.x}.ndim - {len(self.plan.source)}), {behind}"

    def reduced(self, text: str, operation: str, axes: Sequence[int]) -> str:
        count = len(self.plan.source)
        numbers = [i - count if self.plan.lead else i for i in axes]
        if operation == "prod":
            for axis in sorted(numbers, reverse=not self.plan.lead):
                text += f".prod({axis})"
            return text
        method = _REDUCTIONS.get(operation, operation)
        places = str(numbers[0]) if len(numbers) == 1 else f"({', '.join(map(str, numbers))})"
        return f"{text}.{method}({places})"

    def expanded(self, sizes: Sequence[Dim | None]) -> str:
        texts = ["-1" if size is None else self.size(size) for size in sizes]
        if self.plan.lead:
            texts.insert(0, self.lead)
        return ", ".join(texts)
