"""A neuron that contains itself does so where something can end it (NS410).

An `if` branch, a conditional or `@lazy` binding and an arm of `match(p)` can; everything else is
built with the neuron.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from neuroscript.diagnostics import Span
from neuroscript.language.names.errors import EndlessRecursion
from neuroscript.language.rules.rule import Context
from neuroscript.language.syntax import ast
from neuroscript.language.syntax.walk import calls_in

Part = tuple[str, Span]


def endless_recursion(context: Context) -> None:
    parts = {
        neuron.name.text: [part for part in _always(neuron) if part[0] in context.scope.own]
        for neuron in context.program.neurons
    }
    told: set[str] = set()
    for name in _in_cycles(parts):
        if name not in told:
            cycle = _cycle(name, parts)
            if cycle is not None:
                told.update(part for part, _ in cycle)
                span = cycle[-1][1]
                chain = tuple((place, inner) for inner, place in cycle[:-1])
                context.sink.add(EndlessRecursion(span, chain, name))


def _in_cycles(parts: dict[str, list[Part]]) -> list[str]:
    """The neurons that may contain themselves: those that do not all end somewhere."""
    users: dict[str, list[str]] = {name: [] for name in parts}
    for name, inner in parts.items():
        for part, _ in inner:
            users.setdefault(part, []).append(name)
    open_parts = {name: len(inner) for name, inner in parts.items()}
    ended = [name for name, count in open_parts.items() if not count]
    for name in ended:  # grows on the way
        for user in users[name]:
            open_parts[user] -= 1
            if not open_parts[user]:
                ended.append(user)
    return [name for name, count in open_parts.items() if count]


def _cycle(start: str, parts: dict[str, list[Part]]) -> list[Part] | None:
    """The parts on the shortest way from a neuron back to itself, or None."""
    came_from: dict[str, tuple[str, Part]] = {}
    waiting = deque([start])
    while waiting:
        current = waiting.popleft()
        for part in parts.get(current, ()):
            if part[0] == start:
                path = [part]
                while current != start:
                    current, before = came_from[current]
                    path.append(before)
                return path[::-1]
            if part[0] not in came_from:
                came_from[part[0]] = current, part
                waiting.append(part[0])
    return None


def _always(neuron: ast.Neuron) -> Iterator[Part]:
    """The neurons that are built whenever this one is."""
    for item in neuron.items:
        yield from _in_item(item)
    for graph in neuron.graphs:
        yield from _in_block(graph.block)


def _in_item(item: ast.Item) -> Iterator[Part]:
    if isinstance(item, ast.Unroll):
        if not (isinstance(item.count, ast.Literal) and item.count.value == 0):
            for inner in item.items:
                yield from _in_item(inner)
        return
    lazy = item.annotation is not None and item.annotation.text == "lazy"
    if not lazy and not isinstance(item.value, ast.Conditional):
        yield from _in_value(item.value)


def _in_value(value: ast.Value) -> Iterator[Part]:
    for call in calls_in(value):
        yield call.name.text, call.span


def _in_block(block: ast.Block) -> Iterator[Part]:
    for line in block.lines:
        for step in line.steps:
            yield from _in_step(step)
        if line.block is not None:
            yield from _in_block(line.block)


def _in_step(step: ast.Step) -> Iterator[Part]:
    match step:
        case ast.Call(name, args, span):
            yield name.text, span
            for argument in args:
                yield from _in_value(argument.value)
        case ast.Match(None, arms):
            for arm in arms:
                yield from _in_block(arm.block)
        case ast.Wrap(args, target, span):
            if args and isinstance(args[0].value, ast.NameValue):
                yield args[0].value.name, span
            if isinstance(target, ast.Block):
                yield from _in_block(target)
        case _:
            return
