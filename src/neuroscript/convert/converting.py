"""Weights of a model of transformers as weights of ours, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from neuroscript.convert.families import find
from neuroscript.convert.family import Family, Settings, Side
from neuroscript.convert.guess import advice
from neuroscript.convert.names import Pattern
from neuroscript.convert.report import Extra, LeftOut, Misshaped, Missing, Report, Taken
from neuroscript.convert.shapes import expected, fits, likely_sizes
from neuroscript.convert.slots import Slot, slots
from neuroscript.convert.spelling import Spelling
from neuroscript.convert.tying import Tie

if TYPE_CHECKING:
    from torch import Tensor

    from neuroscript.diagnostics import Span

To = Literal["neuroscript", "transformers"]


@dataclass(frozen=True)
class Converted:
    """Weights by their new names, and what became of each of the old ones."""

    state: dict[str, Tensor]
    report: Report

    def raise_errors(self, span: Span | None = None) -> Converted:
        """Itself, if every weight has found its place; else raises WeightsError."""
        if not self.report.ok or not self.report.taken:
            from neuroscript.convert.errors import WeightsError

            raise WeightsError(self.report.diagnostics(span))
        return self


def convert(
    state: Mapping[str, Tensor],
    model: str,
    to: To = "neuroscript",
    *,
    settings: Settings | None = None,
    tie: bool | None = None,
    names: Literal["modules", "files"] = "modules",
    prefix: bool | None = None,
) -> Converted:
    """The weights of a model under the names, and in the layout, of the same model elsewhere.

    `state` is a state dict: of a model of transformers 4 or 5 or of its files, with or without the
    prefix that models with a head have; or, with `to="transformers"`, of ours. `model` is a family
    as `gpt2`, or one of its models of fixed size as `resnet50`. Tensors keep their element type,
    and share memory with those given where their layout does not change.

    `settings`, which `settings_of` reads from a config.json, says how many blocks and what sizes
    there are; without it both are taken from the weights. `tie` says whether the head is the
    embedding, for models that can have both; by default it is where there is no other head.
    `names` and `prefix` choose the names of transformers: those of today's modules, or those of
    files, which are the same in all versions; below the family's prefix or not, by default as the
    model has them that computes what ours does.

    Nothing is raised for weights that do not fit: they are in `.report`, and `.raise_errors()`
    raises it. An unknown model raises WeightsError (NW105).

    >>> import torch
    >>> theirs = {"wte.weight": torch.ones(7, 4), "h.0.attn.c_attn.weight": torch.ones(4, 12)}
    >>> converted = convert(theirs, "gpt2")
    >>> {name: list(tensor.shape) for name, tensor in converted.state.items()}
    {'wte.weight': [7, 4], 'blocks.0.attn.qkv.weight': [12, 4]}
    >>> converted.report.missing[0].sources
    ('wpe.weight',)
    """
    family, fixed = find(model)
    source: Side = "theirs" if to == "neuroscript" else "ours"
    if source == "theirs":
        spelling = Spelling.of(family, state)
    else:
        with_prefix = family.writes_prefix if prefix is None else prefix
        spelling = Spelling(family, with_prefix, names == "modules")
    return _Conversion(family, source, spelling, state, settings or fixed, tie).run()


class _Conversion:
    """One conversion; names are without prefix, and in the spelling of the rules."""

    def __init__(
        self,
        family: Family,
        source: Side,
        spelling: Spelling,
        state: Mapping[str, Tensor],
        settings: Settings | None,
        tie: bool | None,
    ) -> None:
        self.family = family
        self.source: Side = source
        self.target: Side = "ours" if source == "theirs" else "theirs"
        self.spelling = spelling
        self.settings = settings
        neuron = (settings and settings.neuron) or family.neuron
        self.report = Report(f"`{neuron}`")
        self.given: dict[str, str] = {}
        self.state: dict[str, Tensor] = {}
        for name, tensor in state.items():
            plain = spelling.plain(name) if source == "theirs" else name
            if plain in self.state:
                self.report.extra.append(Extra(name, tuple(tensor.shape)))
            else:
                self.given[plain], self.state[plain] = name, tensor
        known = settings.tie if settings is not None and tie is None else tie
        self.tie = Tie.of(family, source, self.state, known)
        self.result: dict[str, Tensor] = {}

    def run(self) -> Converted:
        counts = self.settings.counts if self.settings else {}
        without = self.tie.theirs if self.tie else None
        places = slots(self.family, self.state.keys(), self.source, counts, without)
        sizes = likely_sizes(self._shapes(places))
        sizes |= self.settings.sizes if self.settings else {}
        for slot in places:
            self._carry(slot, sizes)
        used = {name for slot in places for name in slot.names(self.source)}
        for name in self.state:
            if name not in used:
                self._leave(name)
        self._tie_head()
        if len(self.report.taken) < len(self.report.extra):
            self.report.advice = advice(self.given.values(), self.source)
        return Converted(self.result, self.report)

    def _shapes(self, places: list[Slot]) -> Iterator[tuple[tuple[str, ...], tuple[int, ...]]]:
        for slot in places:
            for name in slot.names(self.source):
                if name in self.state:
                    yield slot.shape(self.source), tuple(self.state[name].shape)

    def _carry(self, slot: Slot, sizes: Mapping[str, int]) -> None:
        """Put the weight of one place where it belongs, or say why not."""
        names = slot.names(self.source)
        sources = tuple(self._source_name(name, slot) for name in names)
        targets = tuple(self._target_name(name, slot) for name in slot.names(self.target))
        tensors = [self.state[name] for name in names if name in self.state]
        wanted = slot.shape(self.source)
        if len(tensors) < len(names):
            absent = tuple(s for n, s in zip(names, sources, strict=True) if n not in self.state)
            if slot.rule.count:
                self._begin_counting(targets)
            else:
                self.report.missing.append(Missing(absent, targets, expected(wanted, sizes)))
            return
        wrong = [
            Misshaped(name, targets, _described(tensor), expected(wanted, sizes))
            for name, tensor in zip(sources, tensors, strict=True)
            if not fits(wanted, tuple(tensor.shape), sizes)
            or tensor.dtype != tensors[0].dtype
            or not (tensor.is_floating_point() or slot.rule.count)
        ]
        if wrong:
            self.report.misshaped += wrong
            return
        layout = slot.rule.layout
        made = [layout.ours(tensors)] if self.target == "ours" else layout.theirs(tensors[0])
        self.result.update(zip(targets, made, strict=True))
        self.report.taken.append(Taken(sources, targets, tuple(tensors[0].shape)))

    def _begin_counting(self, targets: tuple[str, ...]) -> None:
        import torch

        self.result.update({name: torch.tensor(0) for name in targets})
        self.report.made += targets

    def _leave(self, name: str) -> None:
        """Say what becomes of a weight that has no place."""
        given = self.given[name]
        if self.tie and name == self.tie.head:
            embedding = self.given.get(self.tie.embedding, self.tie.embedding)
            if self.tie.holds(self.state):
                self.report.left_out.append(LeftOut(given, f"tied to {embedding}"))
            else:
                self.report.torn.append((given, embedding))
        elif self.source == "theirs" and self._is_computed(name):
            self.report.left_out.append(LeftOut(given, "computed, not learned"))
        elif self.source == "theirs" and name.startswith(self.family.heads):
            self.report.left_out.append(LeftOut(given, "of a head for another task"))
        else:
            self.report.extra.append(Extra(given, tuple(self.state[name].shape)))

    def _is_computed(self, name: str) -> bool:
        return any(Pattern(text).match(name) is not None for text in self.family.computed)

    def _tie_head(self) -> None:
        """Give theirs the head that ours does not have."""
        if self.target == "theirs" and self.tie:
            embedding = self.spelling.full(self.tie.their_embedding)
            if embedding in self.result:
                self.result[self.tie.theirs] = self.result[embedding]

    def _source_name(self, name: str, slot: Slot) -> str:
        if self.source == "ours":
            return name
        return self.given.get(name) or self.spelling.full(name, slot.prefixed)

    def _target_name(self, name: str, slot: Slot) -> str:
        return name if self.target == "ours" else self.spelling.full(name, slot.prefixed)


def _described(tensor: Any) -> str:
    """A shape, and the element type where it is no usual one."""
    kind = "" if tensor.is_floating_point() else f"{str(tensor.dtype).removeprefix('torch.')} "
    return f"{kind}{list(tensor.shape)}"
