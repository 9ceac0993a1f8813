"""`unroll`: ModuleLists of what a round holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from neuroscript.codegen.expression import divisions
from neuroscript.codegen.naming import INIT_NAMES, safe
from neuroscript.codegen.neuron_values import is_neuron
from neuroscript.codegen.writer import Writer, string
from neuroscript.language.shapes.dims import Dim, Var
from neuroscript.language.shapes.values import Abstract
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import names_in, values_of

if TYPE_CHECKING:
    from neuroscript.codegen.construct import Constructor


@dataclass(frozen=True, slots=True)
class Built:
    """How an aggregate was built: what its rounds hold."""

    item: ast.Unroll
    attribute: str
    single: str | None
    """The only binding, if a round is that alone."""


class Surroundings(NamedTuple):
    """What names mean around a round, whose own names end with it."""

    env: dict[str, Abstract]
    locals: dict[str, str]
    built: dict[str, Built]


class Aggregates:
    """Writes the statements that build aggregates, and knows what was built."""

    def __init__(self, constructor: Constructor) -> None:
        self.constructor = constructor
        self.built: dict[str, Built] = {}
        self.filled: list[str] = []
        """The lists around what is written, which get more rounds after it."""
        self.classes: dict[str, str] = {}
        """What is built under each name of a round: a type checker wants one class for each."""

    @property
    def init(self) -> Writer:
        return self.constructor.init

    def write(self, item: ast.Unroll, target: str) -> Built:
        """A ModuleList of the only binding, or of ModuleDicts."""
        neurons = self.rounds(item)
        single = neurons[0].name.text if len(neurons) == 1 else None
        built = Built(item, target, single)
        count = self.constructor.in_init.text(item.count)
        if self.simple(item):
            saved = self.enter(item)
            text = self.round_text(item, single)
            index = self.index_name(item)
            self.leave(saved)
            rounds = f"{text} for {index} in range({count})"
            if self.init.fits(f"    {rounds}"):
                self.init.wrapped(f"{target} = nn.ModuleList(", [rounds], ")")
                return built
        self.init.line(f"{target} = nn.ModuleList()")
        self.filled.append(target)
        saved = self.enter(item)
        with self.constructor.block(f"for {self.index_name(item)} in range({count}):"):
            for inner in item.items:
                self.inner_item(item, inner)
            self.append(target, [inner.name.text for inner in neurons])
        self.leave(saved)
        self.filled.pop()
        return built

    def append(self, target: str, names: list[str]) -> None:
        """Add a round: the only neuron, or all by their names."""
        local = self.constructor.locals
        if len(names) == 1:
            self.init.line(f"{target}.append({local[names[0]]})")
            return
        entries = [f"{string(name)}: {local[name]}" for name in names]
        self.init.nested((f"{target}.append(", "nn.ModuleDict(", "{"), entries, (")", ")", "}"))

    def rounds(self, item: ast.Unroll) -> list[ast.Item]:
        """The bindings of a round that are neurons."""
        saved = self.enter(item)
        found: list[ast.Item] = []
        for inner in item.items:
            value = self.constructor.evaluator().item(inner)
            self.constructor.env[inner.name.text] = value
            if is_neuron(value):
                found.append(inner)
        self.leave(saved)
        return found

    def simple(self, item: ast.Unroll) -> bool:
        """Whether a round is one expression: no constants, no inner loops, no references."""
        names = {inner.name.text for inner in item.items}
        neurons = self.rounds(item)
        if len(neurons) != len(item.items):
            return False
        for inner in item.items:
            if isinstance(inner, ast.Unroll) or inner.annotation is not None:
                return False
            values = values_of(inner)
            if any(divisions(value) for value in values):
                return False
            if any(name.name in names for value in values for name in names_in(value)):
                return False
        return True

    def enter(self, item: ast.Unroll) -> Surroundings:
        saved = Surroundings(
            dict(self.constructor.env), dict(self.constructor.locals), dict(self.built)
        )
        if item.index is not None:
            self.constructor.env[item.index.text] = Dim.of(
                Var.fresh(item.index.text, positive=False)
            )
            self.constructor.locals[item.index.text] = self.index_name(item)
        return saved

    def leave(self, saved: Surroundings) -> None:
        self.constructor.env, self.constructor.locals = saved.env, saved.locals
        self.built = saved.built

    def index_name(self, item: ast.Unroll) -> str:
        if item.index is None:
            return "_"
        return safe(item.index.text, {*INIT_NAMES, *self.constructor.owner.params})

    def round_text(self, item: ast.Unroll, single: str | None) -> str:
        texts: dict[str, str] = {}
        for inner in item.items:
            assert isinstance(inner, ast.Binding)
            self.constructor.env[inner.name.text] = self.constructor.evaluator().item(inner)
            texts[inner.name.text] = self.constructor.conditionals.expression(inner.value)
        if single is not None:
            return texts[single]
        return f"nn.ModuleDict({{{', '.join(f'{string(n)}: {t}' for n, t in texts.items())}}})"

    def inner_item(self, outer: ast.Unroll, item: ast.Item) -> None:
        self.init.place = item.span
        local = self.constructor.locals
        taken = {*INIT_NAMES, *self.constructor.owner.params, *local.values(), *self.filled}
        name = safe(item.name.text, taken)
        while self.classes.setdefault(name, class_of(item)) != class_of(item):
            name = safe(name, {name})
        local[item.name.text] = name
        if isinstance(item, ast.Unroll):
            self.constructor.env[item.name.text] = self.constructor.evaluator().item(item)
            self.built[item.name.text] = self.write(item, name)
            return
        self.built.pop(item.name.text, None)
        value = self.constructor.evaluator().item(item)
        self.constructor.env[item.name.text] = value
        self.constructor.divisions.guard_item(item)
        if not is_neuron(value):
            self.constructor.conditionals.assign_plain(item.value, name)
        elif item.annotation is not None and item.annotation.text == "static":
            key = f"{self.constructor.owner.definition.name}.{outer.name.text}.{item.name.text}"
            self.constructor.bindings.share(key, item, name)
        else:
            self.constructor.conditionals.assign_neuron(item.value, name)


def class_of(item: ast.Item) -> str:
    """What tells the class of what is built: the name of the neuron, or its whole text."""
    if isinstance(item, ast.Unroll):
        return "unroll"
    return item.value.call.name.text if isinstance(item.value, ast.CallValue) else "value"
